using System;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <summary>How far workers are with the shards that they hold.</summary>
    [DbContext(typeof(PostgresCoordinatorContext))]
    [Migration("20261129005000_ShardProgress")]
    public partial class ShardProgress : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(name: "predicted", schema: "coordinator", table: "shards", type: "integer", nullable: false, defaultValue: 0);
            migrationBuilder.AddColumn<long>(name: "predicted_tokens", schema: "coordinator", table: "shards", type: "bigint", nullable: false, defaultValue: 0L);
            migrationBuilder.AddColumn<DateTimeOffset>(name: "predicted_at", schema: "coordinator", table: "shards", type: "timestamp with time zone", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "predicted", schema: "coordinator", table: "shards");
            migrationBuilder.DropColumn(name: "predicted_tokens", schema: "coordinator", table: "shards");
            migrationBuilder.DropColumn(name: "predicted_at", schema: "coordinator", table: "shards");
        }
    }
}
