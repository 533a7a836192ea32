using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Coordinator.Data.Migrations.Postgres
{
    /// <summary>The table of <see cref="ShareKeys.KeyClaims"/>, which is no entity: its rows are only ever handled by the thousand.</summary>
    [DbContext(typeof(PostgresCoordinatorContext))]
    [Migration("20261124213900_Claims")]
    public partial class Claims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // Unlogged: what a crash of the server takes with it is an input or two computed twice.
            migrationBuilder.Sql("CREATE UNLOGGED TABLE coordinator.claims (key uuid PRIMARY KEY, job_id uuid NOT NULL, shard integer NOT NULL, attempt integer NOT NULL)");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("DROP TABLE coordinator.claims");
    }
}
