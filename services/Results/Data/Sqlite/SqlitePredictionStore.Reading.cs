using BatchInfer.Contracts;
using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>Reads from SQLite, each time on a connection from the pool; with WAL readers and the writer do not disturb each other.</summary>
internal sealed partial class SqlitePredictionStore
{
    private const string SelectKnown = "SELECT 1 FROM predictions WHERE key = $1";

    private const string SelectJob = "SELECT number, line_offset FROM jobs WHERE job_id = $1";

    private const string SelectItems =
        """
        SELECT i.ordinal, i.custom_id, i.key, e.code, e.message, e.line
        FROM job_items AS i LEFT JOIN item_errors AS e ON i.key IS NULL AND e.job = i.job AND e.ordinal = i.ordinal
        WHERE i.job = $1 AND i.ordinal > $2 ORDER BY i.ordinal LIMIT $3
        """;

    private const string SelectErrors =
        """
        SELECT ordinal, custom_id, code, message, line FROM item_errors
        WHERE job = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3
        """;

    private const string SelectPrediction =
        """
        SELECT r.id, r.model, r.revision, r.task, r.parameters, p.input, p.input_pair, p.output, p.embedding, p.tokens_cut, j.job_id, p.created_at
        FROM predictions AS p JOIN predictors AS r ON r.id = p.predictor JOIN jobs AS j ON j.number = p.job WHERE p.key = $1
        """;

    private const string SelectKey =
        """
        SELECT key FROM (
            SELECT key, ordinal FROM job_items WHERE job = $1 AND custom_id = $2
            UNION ALL
            SELECT key, ordinal FROM job_items WHERE job = $1 AND ordinal = $3 AND custom_id IS NULL)
        ORDER BY ordinal LIMIT 1
        """;

    public async Task<byte[]> FindKnownAsync(byte[] keys, CancellationToken ct)
    {
        if (keys.Length % KeyBits.KeyBytes != 0)
            throw new ArgumentException($"{keys.Length} bytes are not a whole number of {KeyBits.KeyBytes}-byte keys.", nameof(keys));
        int count = keys.Length / KeyBits.KeyBytes;
        var answer = KeyBits.Empty(count);
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectKnown, 1);
        for (int i = 0; i < count; i++)
        {
            ct.ThrowIfCancellationRequested();
            using var row = select.Read(keys.AsSpan(i * KeyBits.KeyBytes, KeyBits.KeyBytes).ToArray());
            if (row.Read()) KeyBits.Set(answer, i);
        }

        return answer;
    }

    public async Task<StoredPage<StoredLine>> ReadLinesAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<StoredLine>();
        var budget = new ByteBudget();
        await using var connection = await OpenAsync(ct);
        if (FindJob(connection, jobId) is not { } job) return new StoredPage<StoredLine>(lines, isCut: false);
        using var select = new SqliteStatement(connection, SelectItems, 3);
        using var predictions = new SqliteStatement(connection, SelectPrediction, 1);
        using var row = select.Read(job.Number, after, count);
        while (row.Read())
        {
            ct.ThrowIfCancellationRequested();
            long ordinal = row.GetInt64(0);
            Guid? key = row.IsDBNull(2) ? null : Id(row, 2);
            var error = row.IsDBNull(3) ? null : new RecordError(row.GetString(3), StoredText.Decode(row.GetString(4)), row.GetInt64(5));
            var line = StoredLine.Of(
                ordinal, job.Lengthen(row.IsDBNull(1) ? null : row.GetString(1), ordinal), error, key, key is { } k ? Find(predictions, k) : null);
            if (!budget.Takes(line.Bytes)) return new StoredPage<StoredLine>(lines, isCut: true);
            lines.Add(line);
        }

        return new StoredPage<StoredLine>(lines, isCut: false);
    }

    public async Task<StoredPage<ErrorLine>> ReadErrorsAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<ErrorLine>();
        var budget = new ByteBudget();
        await using var connection = await OpenAsync(ct);
        if (FindJob(connection, jobId) is not { } job) return new StoredPage<ErrorLine>(lines, isCut: false);
        using var select = new SqliteStatement(connection, SelectErrors, 3);
        using var row = select.Read(job.Number, after, count);
        while (row.Read())
        {
            var line = new ErrorLine(
                row.GetInt64(0), StoredText.Decode(row.GetString(1)), row.GetString(2), StoredText.Decode(row.GetString(3)), row.GetInt64(4));
            if (!budget.Takes(line.CustomId.Length + line.Message.Length)) return new StoredPage<ErrorLine>(lines, isCut: true);
            lines.Add(line);
        }

        return new StoredPage<ErrorLine>(lines, isCut: false);
    }

    public async Task<FoundPredictions> FindAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var found = new Dictionary<Guid, StoredPrediction>(keys.Count);
        int looked = 0;
        var budget = new ByteBudget();
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectPrediction, 1);
        foreach (var key in keys)
        {
            ct.ThrowIfCancellationRequested();
            if (Find(select, key) is { } prediction)
            {
                if (!budget.Takes(prediction.Bytes)) break;
                found[key] = prediction;
            }

            looked++;
        }

        return new FoundPredictions(found, looked);
    }

    public async Task<IReadOnlyDictionary<string, Guid>> FindKeysAsync(Guid jobId, IReadOnlyCollection<string> customIds, CancellationToken ct)
    {
        var found = new Dictionary<string, Guid>(customIds.Count, StringComparer.Ordinal);
        await using var connection = await OpenAsync(ct);
        if (FindJob(connection, jobId) is not { } job) return found;
        using var select = new SqliteStatement(connection, SelectKey, 3);
        foreach (string customId in customIds)
        {
            ct.ThrowIfCancellationRequested();
            using var row = select.Read(job.Number, StoredText.Encode(customId), job.OrdinalOf(customId));
            if (row.Read() && !row.IsDBNull(0)) found[customId] = Id(row, 0);
        }

        return found;
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken ct)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    private static NumberedJob? FindJob(SqliteConnection connection, Guid jobId)
    {
        using var select = new SqliteStatement(connection, SelectJob, 1);
        using var row = select.Read(Bytes(jobId));
        return row.Read() ? Job(row, jobId) : null;
    }

    private static NumberedJob Job(SqliteDataReader row, Guid jobId) =>
        new() { Number = row.GetInt32(0), JobId = jobId, LineOffset = row.IsDBNull(1) ? null : row.GetInt32(1) };

    private static StoredPrediction? Find(SqliteStatement select, Guid key)
    {
        using var row = select.Read(Bytes(key));
        if (!row.Read()) return null;
        var predictor = new Predictor
        {
            Id = row.GetInt32(0), Model = row.GetString(1), Revision = row.GetString(2), Task = row.GetString(3), Parameters = row.GetString(4),
        };
        var output = new StoredOutput(
            row.IsDBNull(7) ? null : row.GetFieldValue<byte[]>(7), row.IsDBNull(8) ? null : StoredOutput.Floats(row.GetFieldValue<byte[]>(8)));
        return new StoredPrediction(
            key, predictor, StoredText.Decode(row.GetString(5)), row.IsDBNull(6) ? null : StoredText.Decode(row.GetString(6)), output,
            row.IsDBNull(9) ? 0 : row.GetInt32(9), Id(row, 10), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(11)));
    }

    private static Guid Id(SqliteDataReader row, int column) => new(row.GetFieldValue<byte[]>(column), bigEndian: true);
}
