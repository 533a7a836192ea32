using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>The one connection that writes, with its statements prepared. Not thread-safe.</summary>
internal sealed class SqliteWriter : IDisposable
{
    private readonly SqliteStatement[] _statements;

    public SqliteWriter(string connectionString)
    {
        Connection = new SqliteConnection(connectionString);
        Connection.Open();
        using (var settings = Connection.CreateCommand())
        {
            // FULL: what is reported as stored is on the disk, also after a power cut, since another file remembers the report.
            settings.CommandText = "PRAGMA synchronous=FULL; PRAGMA cache_size=-32768; PRAGMA wal_autocheckpoint=4000;";
            settings.ExecuteNonQuery();
        }

        InsertJob = Prepare("INSERT INTO jobs (job_id, line_offset) VALUES ($1, $2) ON CONFLICT DO NOTHING", 2);
        SelectJob = Prepare("SELECT number, line_offset FROM jobs WHERE job_id = $1", 1);
        InsertPredictor = Prepare(
            "INSERT INTO predictors (model, revision, task, parameters, digest) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", 5);
        SelectPredictor = Prepare("SELECT id FROM predictors WHERE digest = $1", 1);
        InsertPrediction = Prepare(
            """
            INSERT INTO predictions (key, created_at, predictor, job, tokens, tokens_cut, input, input_pair, output, embedding)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """, 10);
        InsertItem = Prepare(
            "INSERT INTO job_items (job, shard, ordinal, key, custom_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", 5);
        AdoptItem = Prepare("UPDATE job_items SET shard = $3 WHERE job = $1 AND ordinal = $2 AND shard < $3 RETURNING key IS NULL", 3);
        InsertError = Prepare(
            """
            INSERT INTO item_errors (job, ordinal, custom_id, code, message, line)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """, 6);
        AddToReceipt = Prepare(
            """
            INSERT INTO shard_receipts (job, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (job, shard) DO UPDATE SET
                received = received + excluded.received, computed = computed + excluded.computed,
                cached = cached + excluded.cached, duplicates = duplicates + excluded.duplicates,
                failed = failed + excluded.failed, tokens = tokens + excluded.tokens,
                padded_tokens = padded_tokens + excluded.padded_tokens
            RETURNING received, computed, cached, duplicates, failed, tokens, padded_tokens
            """, 9);
        UpsertRevision = Prepare(
            """
            INSERT INTO model_revisions (name, revision, descriptor, announced_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name, revision) DO UPDATE SET descriptor = excluded.descriptor, announced_at = excluded.announced_at
            WHERE announced_at < excluded.announced_at AND descriptor <> excluded.descriptor
            """, 4);
        UpsertFirst = Prepare(
            """
            INSERT INTO models (name, revision, descriptor, announced_at, version) VALUES ($1, $2, $3, $4, 0)
            ON CONFLICT (name) DO UPDATE SET descriptor = excluded.descriptor, announced_at = excluded.announced_at
            WHERE revision = excluded.revision AND announced_at < excluded.announced_at AND descriptor <> excluded.descriptor
            """, 4);
        UpsertPromoted = Prepare(
            """
            INSERT INTO models (name, revision, descriptor, announced_at, version) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (name) DO UPDATE
            SET revision = excluded.revision, descriptor = excluded.descriptor, announced_at = excluded.announced_at, version = excluded.version
            WHERE version < excluded.version
            """, 5);
        _statements =
            [InsertJob, SelectJob, InsertPredictor, SelectPredictor, InsertPrediction, InsertItem, AdoptItem, InsertError, AddToReceipt,
             UpsertRevision, UpsertFirst, UpsertPromoted];
    }

    public SqliteConnection Connection { get; }

    public SqliteStatement InsertJob { get; }

    public SqliteStatement SelectJob { get; }

    public SqliteStatement InsertPredictor { get; }

    public SqliteStatement SelectPredictor { get; }

    public SqliteStatement InsertPrediction { get; }

    public SqliteStatement InsertItem { get; }

    public SqliteStatement AdoptItem { get; }

    public SqliteStatement InsertError { get; }

    public SqliteStatement AddToReceipt { get; }

    public SqliteStatement UpsertRevision { get; }

    public SqliteStatement UpsertFirst { get; }

    public SqliteStatement UpsertPromoted { get; }

    /// <summary>Puts the statements into a transaction.</summary>
    public void Use(SqliteTransaction? transaction)
    {
        foreach (var statement in _statements) statement.Use(transaction);
    }

    public void Dispose()
    {
        foreach (var statement in _statements) statement.Dispose();
        Connection.Dispose();
    }

    private SqliteStatement Prepare(string sql, int parameters) => new(Connection, sql, parameters);
}
