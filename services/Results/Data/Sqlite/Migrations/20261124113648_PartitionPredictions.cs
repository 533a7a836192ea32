using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace BatchInfer.Results.Data.Sqlite.Migrations
{
    /// <summary>By hand, since EF cannot say WITHOUT ROWID: makes the tables anew and moves the rows over.</summary>
    internal sealed partial class PartitionPredictions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (string table in new[] { "predictions", "job_items", "item_errors", "shard_receipts" })
                migrationBuilder.Sql($"ALTER TABLE {table} RENAME TO old_{table}");
            migrationBuilder.Sql("DROP INDEX ix_job_items_custom_id");
            migrationBuilder.Sql(CreateTables);
            migrationBuilder.Sql(MoveRows);
            foreach (string table in new[] { "predictions", "job_items", "item_errors", "shard_receipts" })
                migrationBuilder.Sql($"DROP TABLE old_{table}");
            migrationBuilder.Sql("DROP TABLE revisions");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            throw new System.NotSupportedException("The older tables cannot hold what these do. Restore the data folder from before the upgrade.");

        private const string CreateTables =
            """
            CREATE TABLE jobs (
                number INTEGER NOT NULL CONSTRAINT "PK_jobs" PRIMARY KEY AUTOINCREMENT,
                job_id BLOB NOT NULL,
                line_offset INTEGER NULL);
            CREATE UNIQUE INDEX ix_jobs_job_id ON jobs (job_id);
            CREATE TABLE predictors (
                id INTEGER NOT NULL CONSTRAINT "PK_predictors" PRIMARY KEY AUTOINCREMENT,
                model TEXT NOT NULL,
                revision TEXT NOT NULL,
                task TEXT NOT NULL,
                parameters TEXT NOT NULL,
                digest BLOB NOT NULL);
            CREATE UNIQUE INDEX ix_predictors_digest ON predictors (digest);
            CREATE TABLE predictions (
                key BLOB NOT NULL CONSTRAINT "PK_predictions" PRIMARY KEY,
                created_at INTEGER NOT NULL,
                predictor INTEGER NOT NULL,
                job INTEGER NOT NULL,
                tokens INTEGER NOT NULL,
                tokens_cut INTEGER NULL,
                input TEXT NOT NULL,
                input_pair TEXT NULL,
                output TEXT NULL,
                embedding BLOB NULL);
            CREATE TABLE job_items (
                job INTEGER NOT NULL,
                ordinal INTEGER NOT NULL,
                shard INTEGER NOT NULL,
                key BLOB NULL,
                custom_id TEXT NULL,
                CONSTRAINT "PK_job_items" PRIMARY KEY (job, ordinal)) WITHOUT ROWID;
            CREATE INDEX ix_job_items_custom_id ON job_items (job, custom_id) WHERE custom_id IS NOT NULL;
            CREATE TABLE item_errors (
                job INTEGER NOT NULL,
                ordinal INTEGER NOT NULL,
                custom_id TEXT NOT NULL,
                code TEXT NOT NULL,
                message TEXT NOT NULL,
                line INTEGER NOT NULL,
                CONSTRAINT "PK_item_errors" PRIMARY KEY (job, ordinal)) WITHOUT ROWID;
            CREATE TABLE shard_receipts (
                job INTEGER NOT NULL,
                shard INTEGER NOT NULL,
                received INTEGER NOT NULL,
                computed INTEGER NOT NULL,
                cached INTEGER NOT NULL,
                duplicates INTEGER NOT NULL,
                failed INTEGER NOT NULL,
                tokens INTEGER NOT NULL,
                padded_tokens INTEGER NOT NULL,
                CONSTRAINT "PK_shard_receipts" PRIMARY KEY (job, shard)) WITHOUT ROWID;
            """;

        private const string MoveRows =
            """
            INSERT INTO jobs (job_id)
            SELECT job_id FROM old_predictions UNION SELECT job_id FROM old_job_items
            UNION SELECT job_id FROM old_item_errors UNION SELECT job_id FROM old_shard_receipts;
            INSERT INTO predictors (model, revision, task, parameters, digest)
            SELECT r.model, r.revision, t.task, '', randomblob(16)
            FROM (SELECT DISTINCT revision_id, task FROM old_predictions) AS t JOIN revisions AS r ON r.id = t.revision_id;
            INSERT INTO predictions (key, created_at, predictor, job, tokens, input, input_pair, output, embedding)
            SELECT p.key, p.created_at, m.id, j.number, p.tokens, p.input, p.input_pair, p.output, p.embedding
            FROM old_predictions AS p JOIN jobs AS j ON j.job_id = p.job_id
            JOIN revisions AS r ON r.id = p.revision_id JOIN predictors AS m ON m.revision = r.revision AND m.task = p.task;
            INSERT INTO job_items (job, ordinal, shard, key, custom_id)
            SELECT j.number, i.ordinal, i.shard, i.key, i.custom_id FROM old_job_items AS i JOIN jobs AS j ON j.job_id = i.job_id;
            INSERT INTO item_errors (job, ordinal, custom_id, code, message, line)
            SELECT j.number, e.ordinal, e.custom_id, e.code, e.message, e.line FROM old_item_errors AS e JOIN jobs AS j ON j.job_id = e.job_id;
            INSERT INTO shard_receipts (job, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
            SELECT j.number, r.shard, r.received, r.computed, r.cached, r.duplicates, r.failed, r.tokens, r.padded_tokens
            FROM old_shard_receipts AS r JOIN jobs AS j ON j.job_id = r.job_id;
            """;
    }
}
