using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <summary>Lengths of each shard's records, for the histogram of its job.</summary>
    [DbContext(typeof(SqliteCoordinatorContext))]
    [Migration("20261128020356_ShardLengths")]
    public partial class ShardLengths : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(name: "lengths", table: "shards", type: "TEXT", nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(name: "lengths", table: "shards");
        }
    }
}
