using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <summary>Corpora that are objects elsewhere.</summary>
    [DbContext(typeof(PostgresCoordinatorContext))]
    [Migration("20261127214500_ObjectCorpora")]
    public partial class ObjectCorpora : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "url", schema: "coordinator", table: "files", type: "text", nullable: true);
            migrationBuilder.AddColumn<string>(name: "version", schema: "coordinator", table: "files", type: "text", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "url", schema: "coordinator", table: "files");
            migrationBuilder.DropColumn(name: "version", schema: "coordinator", table: "files");
        }
    }
}
