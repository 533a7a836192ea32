using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace BatchInfer.Results.Data.Postgres.Migrations
{
    /// <inheritdoc />
    internal sealed partial class CreateTables : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.EnsureSchema(
                name: "results");

            migrationBuilder.CreateTable(
                name: "item_errors",
                schema: "results",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<long>(type: "bigint", nullable: false),
                    custom_id = table.Column<string>(type: "text", nullable: false),
                    code = table.Column<string>(type: "text", nullable: false),
                    message = table.Column<string>(type: "text", nullable: false),
                    line = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_item_errors", x => new { x.job_id, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "job_items",
                schema: "results",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    ordinal = table.Column<long>(type: "bigint", nullable: false),
                    custom_id = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<Guid>(type: "uuid", nullable: true),
                    shard = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_job_items", x => new { x.job_id, x.ordinal });
                });

            migrationBuilder.CreateTable(
                name: "models",
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
                    table.PrimaryKey("PK_models", x => x.name);
                });

            migrationBuilder.CreateTable(
                name: "predictions",
                schema: "results",
                columns: table => new
                {
                    key = table.Column<Guid>(type: "uuid", nullable: false),
                    revision_id = table.Column<int>(type: "integer", nullable: false),
                    task = table.Column<string>(type: "text", nullable: false),
                    input = table.Column<string>(type: "text", nullable: false),
                    input_pair = table.Column<string>(type: "text", nullable: true),
                    output = table.Column<string>(type: "jsonb", nullable: true),
                    embedding = table.Column<float[]>(type: "real[]", nullable: true),
                    tokens = table.Column<int>(type: "integer", nullable: false),
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_predictions", x => x.key);
                });

            migrationBuilder.CreateTable(
                name: "revisions",
                schema: "results",
                columns: table => new
                {
                    id = table.Column<int>(type: "integer", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityByDefaultColumn),
                    revision = table.Column<string>(type: "text", nullable: false),
                    model = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_revisions", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "shard_receipts",
                schema: "results",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    shard = table.Column<int>(type: "integer", nullable: false),
                    received = table.Column<long>(type: "bigint", nullable: false),
                    computed = table.Column<long>(type: "bigint", nullable: false),
                    cached = table.Column<long>(type: "bigint", nullable: false),
                    duplicates = table.Column<long>(type: "bigint", nullable: false),
                    failed = table.Column<long>(type: "bigint", nullable: false),
                    tokens = table.Column<long>(type: "bigint", nullable: false),
                    padded_tokens = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_shard_receipts", x => new { x.job_id, x.shard });
                });

            // A user's ids may be longer than an index entry of PostgreSQL, so the index holds their beginning.
            migrationBuilder.Sql("CREATE INDEX ix_job_items_custom_id ON results.job_items (job_id, left(custom_id, 64))");

            migrationBuilder.CreateIndex(
                name: "ix_revisions_revision",
                schema: "results",
                table: "revisions",
                column: "revision",
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "item_errors",
                schema: "results");

            migrationBuilder.DropTable(
                name: "job_items",
                schema: "results");

            migrationBuilder.DropTable(
                name: "models",
                schema: "results");

            migrationBuilder.DropTable(
                name: "predictions",
                schema: "results");

            migrationBuilder.DropTable(
                name: "revisions",
                schema: "results");

            migrationBuilder.DropTable(
                name: "shard_receipts",
                schema: "results");
        }
    }
}
