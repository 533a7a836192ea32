using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <summary>Finds the shards that failed without a look at all that wait.</summary>
    [DbContext(typeof(SqliteCoordinatorContext))]
    [Migration("20261128113500_FailedShardsIndex")]
    public partial class FailedShardsIndex : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(name: "IX_shards_strikes", table: "shards", column: "strikes", filter: "strikes > 0");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(name: "IX_shards_strikes", table: "shards");
        }
    }
}
