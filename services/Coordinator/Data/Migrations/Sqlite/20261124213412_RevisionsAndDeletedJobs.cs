using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class RevisionsAndDeletedJobs : Migration
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
                    first_seen_at = table.Column<long>(type: "INTEGER", nullable: false),
                    announced_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_model_revisions", x => new { x.name, x.revision });
                });

            migrationBuilder.CreateIndex(
                name: "IX_jobs_deleted_at",
                table: "jobs",
                column: "deleted_at",
                filter: "deleted_at IS NOT NULL");

            migrationBuilder.Sql("INSERT INTO model_revisions (name, revision, descriptor, first_seen_at, announced_at) SELECT name, revision, descriptor, announced_at, announced_at FROM models");
            // What names stand for is the coordinator's to say, from now on.
            migrationBuilder.Sql("UPDATE models SET version = 1");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "model_revisions");

            migrationBuilder.DropIndex(
                name: "IX_jobs_deleted_at",
                table: "jobs");

            migrationBuilder.DropColumn(
                name: "version",
                table: "models");

            migrationBuilder.DropColumn(
                name: "deleted_at",
                table: "jobs");
        }
    }
}
