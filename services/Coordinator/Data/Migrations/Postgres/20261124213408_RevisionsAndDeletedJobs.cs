using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <inheritdoc />
    public partial class RevisionsAndDeletedJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "version",
                schema: "coordinator",
                table: "models",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                schema: "coordinator",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "model_revisions",
                schema: "coordinator",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    descriptor = table.Column<string>(type: "text", nullable: false),
                    first_seen_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    announced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_revisions", x => new { x.name, x.revision });
                });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_deleted_at",
                schema: "coordinator",
                table: "jobs",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.Sql("INSERT INTO coordinator.model_revisions (name, revision, descriptor, first_seen_at, announced_at) SELECT name, revision, descriptor, announced_at, announced_at FROM coordinator.models");
            // What names stand for is the coordinator's to say, from now on.
            migrationBuilder.Sql("UPDATE coordinator.models SET version = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_revisions",
                schema: "coordinator");

            migrationBuilder.DropIndex(
                name: "IX_jobs_deleted_at",
                schema: "coordinator",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "coordinator",
                table: "models");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                schema: "coordinator",
                table: "jobs");
        }
    }
}
