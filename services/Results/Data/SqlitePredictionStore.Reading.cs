using System.Runtime.InteropServices;
using System.Text.Json;
using BatchInfer.Contracts;
using Microsoft.Data.Sqlite;

namespace BatchInfer.Results.Data;

/// <summary>Reads from SQLite, each time on a connection from the pool; with WAL readers and the writer do not disturb each other.</summary>
internal sealed partial class SqlitePredictionStore
{
    private const string SelectKnown = "SELECT 1 FROM predictions WHERE key = $1";

    private const string SelectLines =
        """
        SELECT i.ordinal, i.custom_id, p.output, p.embedding, e.code, e.message, e.line
        FROM job_items AS i
        LEFT JOIN predictions AS p ON p.key = i.key
        LEFT JOIN item_errors AS e ON i.key IS NULL AND e.job_id = i.job_id AND e.ordinal = i.ordinal
        WHERE i.job_id = $1 AND i.ordinal > $2 ORDER BY i.ordinal LIMIT $3
        """;

    private const string SelectErrors =
        """
        SELECT ordinal, custom_id, code, message, line FROM item_errors
        WHERE job_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3
        """;

    private const string SelectPrediction =
        """
        SELECT r.model, r.revision, p.input, p.output, p.embedding, p.job_id, p.created_at
        FROM predictions AS p JOIN revisions AS r ON r.id = p.revision_id WHERE p.key = $1
        """;

    private const string SelectKey = "SELECT key FROM job_items WHERE job_id = $1 AND custom_id = $2 ORDER BY ordinal LIMIT 1";

    private const string SelectModel = "SELECT descriptor FROM models WHERE name = $1";

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

    public async Task<IReadOnlyList<StoredLine>> ReadLinesAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<StoredLine>();
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectLines, 3);
        using var row = select.Read(Bytes(jobId), after, count);
        while (row.Read())
        {
            ct.ThrowIfCancellationRequested();
            var error = row.IsDBNull(4) ? null : new RecordError(row.GetString(4), StoredText.Decode(row.GetString(5)), row.GetInt64(6));
            lines.Add(new StoredLine(row.GetInt64(0), StoredText.Decode(row.GetString(1)), Output(row, 2), error));
        }

        return lines;
    }

    public async Task<IReadOnlyList<ErrorLine>> ReadErrorsAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<ErrorLine>();
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectErrors, 3);
        using var row = select.Read(Bytes(jobId), after, count);
        while (row.Read())
            lines.Add(new ErrorLine(
                row.GetInt64(0), StoredText.Decode(row.GetString(1)), row.GetString(2), StoredText.Decode(row.GetString(3)), row.GetInt64(4)));
        return lines;
    }

    public async Task<IReadOnlyDictionary<Guid, StoredPrediction>> FindAsync(IReadOnlyCollection<Guid> keys, CancellationToken ct)
    {
        var found = new Dictionary<Guid, StoredPrediction>(keys.Count);
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectPrediction, 1);
        foreach (var key in keys)
        {
            ct.ThrowIfCancellationRequested();
            using var row = select.Read(Bytes(key));
            if (row.Read())
                found[key] = new StoredPrediction(
                    key, row.GetString(0), row.GetString(1), StoredText.Decode(row.GetString(2)), Output(row, 3),
                    new Guid(row.GetFieldValue<byte[]>(5), bigEndian: true), DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(6)));
        }

        return found;
    }

    public async Task<IReadOnlyDictionary<string, Guid>> FindKeysAsync(Guid jobId, IReadOnlyCollection<string> customIds, CancellationToken ct)
    {
        var found = new Dictionary<string, Guid>(customIds.Count, StringComparer.Ordinal);
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectKey, 2);
        foreach (string customId in customIds)
        {
            ct.ThrowIfCancellationRequested();
            using var row = select.Read(Bytes(jobId), StoredText.Encode(customId));
            if (row.Read() && !row.IsDBNull(0)) found[customId] = new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true);
        }

        return found;
    }

    public async Task<ModelDescriptor?> FindModelAsync(string name, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        using var select = new SqliteStatement(connection, SelectModel, 1);
        using var row = select.Read(StoredText.Encode(name));
        return row.Read() ? JsonSerializer.Deserialize<ModelDescriptor>(row.GetString(0), ApiJson.Options) : null;
    }

    private async Task<SqliteConnection> OpenAsync(CancellationToken ct)
    {
        var connection = new SqliteConnection(connectionString);
        await connection.OpenAsync(ct);
        return connection;
    }

    private static StoredOutput Output(SqliteDataReader row, int column) => new(
        row.IsDBNull(column) ? null : row.GetString(column),
        row.IsDBNull(column + 1) ? null : MemoryMarshal.Cast<byte, float>(row.GetFieldValue<byte[]>(column + 1)).ToArray());
}
