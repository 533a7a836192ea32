using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <summary>How far workers are with the shards that they hold.</summary>
    [DbContext(typeof(SqliteCoordinatorContext))]
    [Migration("20261129005000_ShardProgress")]
    public partial class ShardProgress : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(name: "predicted", table: "shards", type: "INTEGER", nullable: false, defaultValue: 0);
            migrationBuilder.AddColumn<long>(name: "predicted_tokens", table: "shards", type: "INTEGER", nullable: false, defaultValue: 0L);
            migrationBuilder.AddColumn<long>(name: "predicted_at", table: "shards", type: "INTEGER", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "predicted", table: "shards");
            migrationBuilder.DropColumn(name: "predicted_tokens", table: "shards");
            migrationBuilder.DropColumn(name: "predicted_at", table: "shards");
        }
    }
}
