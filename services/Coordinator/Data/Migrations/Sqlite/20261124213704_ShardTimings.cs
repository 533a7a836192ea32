using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ShardTimings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "memory_bytes",
                table: "workers",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "inferred_at",
                table: "shards",
                type: "INTEGER",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "memory_bytes",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "inferred_at",
                table: "shards");
        }
    }
}
