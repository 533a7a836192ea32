using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <summary>Corpora that are objects elsewhere.</summary>
    [DbContext(typeof(SqliteCoordinatorContext))]
    [Migration("20261127214500_ObjectCorpora")]
    public partial class ObjectCorpora : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "url", table: "files", type: "TEXT", nullable: true);
            migrationBuilder.AddColumn<string>(name: "version", table: "files", type: "TEXT", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "url", table: "files");
            migrationBuilder.DropColumn(name: "version", table: "files");
        }
    }
}
