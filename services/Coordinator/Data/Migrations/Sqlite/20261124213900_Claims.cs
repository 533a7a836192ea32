using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Sqlite
{
    /// <summary>The table of <see cref="ShareKeys.KeyClaims"/>, which is no entity: its rows are only ever handled by the thousand.</summary>
    [DbContext(typeof(SqliteCoordinatorContext))]
    [Migration("20261124213900_Claims")]
    public partial class Claims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("CREATE TABLE claims (key BLOB PRIMARY KEY, job_id TEXT NOT NULL, shard INTEGER NOT NULL, attempt INTEGER NOT NULL) WITHOUT ROWID");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE claims");
    }
}
