using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class ShardTimings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "memory_bytes",
                schema: "coordinator",
                table: "workers",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "inferred_at",
                schema: "coordinator",
                table: "shards",
                type: "timestamp with time zone",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "memory_bytes",
                schema: "coordinator",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "inferred_at",
                schema: "coordinator",
                table: "shards");
        }
    }
}
