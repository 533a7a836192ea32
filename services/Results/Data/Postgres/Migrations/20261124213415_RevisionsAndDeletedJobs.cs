using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Results.Data.Postgres.Migrations
{
    /// <inheritdoc />
    internal sealed partial class RevisionsAndDeletedJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "version",
                schema: "results",
                table: "models",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "deleted_at",
                schema: "results",
                table: "jobs",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "model_revisions",
                schema: "results",
                columns: table => new
                {
                    name = table.Column<string>(type: "text", nullable: false),
                    revision = table.Column<string>(type: "text", nullable: false),
                    descriptor = table.Column<string>(type: "jsonb", nullable: false),
                    announced_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_revisions", x => new { x.name, x.revision });
                });

            migrationBuilder.Sql("INSERT INTO results.model_revisions (name, revision, descriptor, announced_at) SELECT name, revision, descriptor, announced_at FROM results.models");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_revisions",
                schema: "results");

            migrationBuilder.DropColumn(
                name: "version",
                schema: "results",
                table: "models");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                schema: "results",
                table: "jobs");
        }
    }
}
