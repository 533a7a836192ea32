using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class JobControl : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.RenameColumn(
                name: "lease_until",
                table: "shards",
                newName: "lease_tick");

            migrationBuilder.RenameIndex(
                name: "IX_shards_status_lease_until",
                table: "shards",
                newName: "IX_shards_status_lease_tick");

            // What was in flight has no lease by the new clock: it gets one, so that it can run out.
            migrationBuilder.Sql("UPDATE shards SET lease_tick = 60 WHERE status = 'Dispatched'");

            migrationBuilder.AddColumn<long>(
                name: "seen_tick",
                table: "workers",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "dispatch_tick",
                table: "shards",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "not_before",
                table: "shards",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "only",
                table: "shards",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "run_by",
                table: "shards",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "strikes",
                table: "shards",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<double>(
                name: "error_threshold",
                table: "jobs",
                type: "REAL",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "expires_at",
                table: "jobs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "retry_of",
                table: "jobs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "strikes",
                table: "jobs",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "trouble",
                table: "jobs",
                type: "TEXT",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "lease_clock",
                columns: table => new
                {
                    id = table.Column<int>(type: "INTEGER", nullable: false),
                    now = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_lease_clock", x => x.id);
                });

            migrationBuilder.InsertData(
                table: "lease_clock",
                columns: new[] { "id", "now" },
                values: new object[] { 1, 0L });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "lease_clock");

            migrationBuilder.DropColumn(
                name: "seen_tick",
                table: "workers");

            migrationBuilder.DropColumn(
                name: "dispatch_tick",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "not_before",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "only",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "run_by",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "strikes",
                table: "shards");

            migrationBuilder.DropColumn(
                name: "error_threshold",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "expires_at",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "retry_of",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "strikes",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "trouble",
                table: "jobs");

            migrationBuilder.RenameColumn(
                name: "lease_tick",
                table: "shards",
                newName: "lease_until");

            migrationBuilder.RenameIndex(
                name: "IX_shards_status_lease_tick",
                table: "shards",
                newName: "IX_shards_status_lease_until");
        }
    }
}
