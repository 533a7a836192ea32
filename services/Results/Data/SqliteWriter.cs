using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data;

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

        InsertRevision = Prepare("INSERT INTO revisions (revision, model) VALUES ($1, $2) ON CONFLICT DO NOTHING", 2);
        SelectRevision = Prepare("SELECT id FROM revisions WHERE revision = $1", 1);
        InsertPrediction = Prepare(
            """
            INSERT INTO predictions (key, revision_id, task, input, input_pair, output, embedding, tokens, job_id, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
            """, 10);
        InsertItem = Prepare(
            "INSERT INTO job_items (job_id, ordinal, custom_id, key, shard) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING", 5);
        AdoptItem = Prepare(
            "UPDATE job_items SET shard = $3 WHERE job_id = $1 AND ordinal = $2 AND shard < $3 RETURNING key IS NULL", 3);
        InsertError = Prepare(
            """
            INSERT INTO item_errors (job_id, ordinal, custom_id, code, message, line)
            VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING
            """, 6);
        AddToReceipt = Prepare(
            """
            INSERT INTO shard_receipts (job_id, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
            ON CONFLICT (job_id, shard) DO UPDATE SET
                received = received + excluded.received, computed = computed + excluded.computed,
                cached = cached + excluded.cached, duplicates = duplicates + excluded.duplicates,
                failed = failed + excluded.failed, tokens = tokens + excluded.tokens,
                padded_tokens = padded_tokens + excluded.padded_tokens
            RETURNING received, computed, cached, duplicates, failed, tokens, padded_tokens
            """, 9);
        UpsertModel = Prepare(
            """
            INSERT INTO models (name, revision, descriptor, announced_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (name) DO UPDATE
            SET revision = excluded.revision, descriptor = excluded.descriptor, announced_at = excluded.announced_at
            WHERE announced_at < excluded.announced_at AND (revision <> excluded.revision OR descriptor <> excluded.descriptor)
            """, 4);
        _statements =
            [InsertRevision, SelectRevision, InsertPrediction, InsertItem, AdoptItem, InsertError, AddToReceipt, UpsertModel];
    }

    public SqliteConnection Connection { get; }

    public SqliteStatement InsertRevision { get; }

    public SqliteStatement SelectRevision { get; }

    public SqliteStatement InsertPrediction { get; }

    public SqliteStatement InsertItem { get; }

    public SqliteStatement AdoptItem { get; }

    public SqliteStatement InsertError { get; }

    public SqliteStatement AddToReceipt { get; }

    public SqliteStatement UpsertModel { get; }

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
