using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <summary>Steps of retention that are at work.</summary>
    [DbContext(typeof(PostgresCoordinatorContext))]
    [Migration("20261128052000_RunningTrims")]
    public partial class RunningTrims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "trims",
                schema: "coordinator",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    revisions = table.Column<string>(type: "text", nullable: true),
                    spared = table.Column<string>(type: "text", nullable: false),
                    until_tick = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table => table.PrimaryKey("PK_trims", x => x.id));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.DropTable(name: "trims", schema: "coordinator");
    }
}
