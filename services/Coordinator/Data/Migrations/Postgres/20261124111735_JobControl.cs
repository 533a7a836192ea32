using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class JobControl : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_shards_status_lease_until",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "lease_until",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.AddColumn<long>(
                name: "seen_tick",
                schema: "coordinator",
                table: "workers",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "dispatch_tick",
                schema: "coordinator",
                table: "shards",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "lease_tick",
                schema: "coordinator",
                table: "shards",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "not_before",
                schema: "coordinator",
                table: "shards",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "only",
                schema: "coordinator",
                table: "shards",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "run_by",
                schema: "coordinator",
                table: "shards",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "strikes",
                schema: "coordinator",
                table: "shards",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<double>(
                name: "error_threshold",
                schema: "coordinator",
                table: "jobs",
                type: "double precision",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "expires_at",
                schema: "coordinator",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "retry_of",
                schema: "coordinator",
                table: "jobs",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "strikes",
                schema: "coordinator",
                table: "jobs",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "trouble",
                schema: "coordinator",
                table: "jobs",
                type: "text",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "lease_clock",
                schema: "coordinator",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false),
                    now = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lease_clock", x => x.id);
                });

            migrationBuilder.InsertData(
                schema: "coordinator",
                table: "lease_clock",
                columns: new[] { "id", "now" },
                values: new object[] { 1, 0L });

            // What was in flight has no lease by the new clock: it gets one, so that it can run out.
            migrationBuilder.Sql("UPDATE coordinator.shards SET lease_tick = 60 WHERE status = 'Dispatched'");

            migrationBuilder.CreateIndex(
                name: "IX_shards_status_lease_tick",
                schema: "coordinator",
                table: "shards",
                columns: new[] { "status", "lease_tick" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "lease_clock",
                schema: "coordinator");

            migrationBuilder.DropIndex(
                name: "IX_shards_status_lease_tick",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "seen_tick",
                schema: "coordinator",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "dispatch_tick",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "lease_tick",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "not_before",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "only",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "run_by",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "strikes",
                schema: "coordinator",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "error_threshold",
                schema: "coordinator",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "expires_at",
                schema: "coordinator",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "retry_of",
                schema: "coordinator",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "strikes",
                schema: "coordinator",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "trouble",
                schema: "coordinator",
                table: "jobs");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "lease_until",
                schema: "coordinator",
                table: "shards",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "IX_shards_status_lease_until",
                schema: "coordinator",
                table: "shards",
                columns: new[] { "status", "lease_until" });
        }
    }
}
