using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Results.Data.Sqlite.Migrations
{
    /// <inheritdoc />
    internal sealed partial class RevisionsAndDeletedJobs : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "version",
                table: "models",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "deleted_at",
                table: "jobs",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateTable(
                name: "model_revisions",
                columns: table => new
                {
                    name = table.Column<string>(type: "TEXT", nullable: false),
                    revision = table.Column<string>(type: "TEXT", nullable: false),
                    descriptor = table.Column<string>(type: "TEXT", nullable: false),
                    announced_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_revisions", x => new { x.name, x.revision });
                });

            migrationBuilder.Sql("INSERT INTO model_revisions (name, revision, descriptor, announced_at) SELECT name, revision, descriptor, announced_at FROM models");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_revisions");

            migrationBuilder.DropColumn(
                name: "version",
                table: "models");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                table: "jobs");
        }
    }
}
