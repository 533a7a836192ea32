using System.Text.Json;
using BatchInfer.Contracts;
using Npgsql;
using NpgsqlTypes;

namespace BatchInfer.Results.Data;

/// <summary>Reads from PostgreSQL.</summary>
internal sealed partial class PostgresPredictionStore
{
    private const string SelectKnown = "SELECT coalesce(array_agg(key), '{}') FROM results.predictions WHERE key = ANY ($1)";

    private const string SelectLines =
        """
        SELECT i.ordinal, i.custom_id, p.output::text, p.embedding, e.code, e.message, e.line
        FROM (SELECT * FROM results.job_items WHERE job_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3) AS i
        LEFT JOIN results.predictions AS p ON p.key = i.key
        LEFT JOIN results.item_errors AS e ON i.key IS NULL AND e.job_id = $1 AND e.ordinal = i.ordinal
        ORDER BY i.ordinal
        """;

    private const string SelectErrors =
        """
        SELECT ordinal, custom_id, code, message, line FROM results.item_errors
        WHERE job_id = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3
        """;

    private const string SelectPredictions =
        """
        SELECT p.key, r.model, r.revision, p.input, p.output::text, p.embedding, p.job_id, p.created_at
        FROM results.predictions AS p JOIN results.revisions AS r ON r.id = p.revision_id WHERE p.key = ANY ($1)
        """;

    private const string SelectKeys =
        """
        SELECT a.custom_id, i.key FROM unnest($2::text[]) AS a (custom_id)
        CROSS JOIN LATERAL (
            SELECT key FROM results.job_items
            WHERE job_id = $1 AND left(custom_id, 64) = left(a.custom_id, 64) AND custom_id = a.custom_id
            ORDER BY ordinal LIMIT 1) AS i
        WHERE i.key IS NOT NULL
        """;

    private const string UpsertModel =
        """
        INSERT INTO results.models AS m (name, revision, descriptor, announced_at) VALUES ($1, $2, $3::jsonb, $4)
        ON CONFLICT (name) DO UPDATE
        SET revision = excluded.revision, descriptor = excluded.descriptor, announced_at = excluded.announced_at
        WHERE m.announced_at < excluded.announced_at AND (m.revision, m.descriptor) IS DISTINCT FROM (excluded.revision, excluded.descriptor)
        """;

    private const string SelectModel = "SELECT descriptor::text FROM results.models WHERE name = $1";

    public async Task<byte[]> FindKnownAsync(byte[] keys, CancellationToken ct)
    {
        var asked = KeyBits.Parse(keys);
        var answer = KeyBits.Empty(asked.Length);
        if (asked.Length == 0) return answer;
        await using var command = _source.CreateCommand(SelectKnown);
        command.Parameters.Add(new() { Value = asked });
        var known = new HashSet<Guid>((Guid[])(await command.ExecuteScalarAsync(ct))!);
        for (int i = 0; i < asked.Length; i++)
            if (known.Contains(asked[i])) KeyBits.Set(answer, i);
        return answer;
    }

    public async Task<IReadOnlyList<StoredLine>> ReadLinesAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<StoredLine>();
        await using var command = Page(SelectLines, jobId, after, count);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var error = row.IsDBNull(4) ? null : new RecordError(row.GetString(4), StoredText.Decode(row.GetString(5)), row.GetInt64(6));
            lines.Add(new StoredLine(row.GetInt64(0), StoredText.Decode(row.GetString(1)), Output(row, 2), error));
        }

        return lines;
    }

    public async Task<IReadOnlyList<ErrorLine>> ReadErrorsAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<ErrorLine>();
        await using var command = Page(SelectErrors, jobId, after, count);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            lines.Add(new ErrorLine(
                row.GetInt64(0), StoredText.Decode(row.GetString(1)), row.GetString(2), StoredText.Decode(row.GetString(3)), row.GetInt64(4)));
        return lines;
    }

    public async Task<IReadOnlyDictionary<Guid, StoredPrediction>> FindAsync(IReadOnlyCollection<Guid> keys, CancellationToken ct)
    {
        var found = new Dictionary<Guid, StoredPrediction>(keys.Count);
        await using var command = _source.CreateCommand(SelectPredictions);
        command.Parameters.Add(new() { Value = keys.ToArray() });
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var key = row.GetGuid(0);
            found[key] = new StoredPrediction(
                key, row.GetString(1), row.GetString(2), StoredText.Decode(row.GetString(3)), Output(row, 4), row.GetGuid(6),
                row.GetFieldValue<DateTimeOffset>(7));
        }

        return found;
    }

    public async Task<IReadOnlyDictionary<string, Guid>> FindKeysAsync(Guid jobId, IReadOnlyCollection<string> customIds, CancellationToken ct)
    {
        var found = new Dictionary<string, Guid>(customIds.Count, StringComparer.Ordinal);
        await using var command = _source.CreateCommand(SelectKeys);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = customIds.Select(StoredText.Encode).ToArray() });
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) found[StoredText.Decode(row.GetString(0))] = row.GetGuid(1);
        return found;
    }

    public async Task SaveModelsAsync(IReadOnlyList<ModelDescriptor> models, DateTimeOffset announcedAt, CancellationToken ct)
    {
        foreach (var model in models)
        {
            await using var command = _source.CreateCommand(UpsertModel);
            command.Parameters.Add(new() { Value = model.Name });
            command.Parameters.Add(new() { Value = model.Revision });
            command.Parameters.Add(new() { Value = JsonSerializer.Serialize(model, ApiJson.Options), NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = announcedAt.UtcDateTime });
            await command.ExecuteNonQueryAsync(ct);
        }
    }

    public async Task<ModelDescriptor?> FindModelAsync(string name, CancellationToken ct)
    {
        await using var command = _source.CreateCommand(SelectModel);
        command.Parameters.Add(new() { Value = StoredText.Encode(name) });
        return await command.ExecuteScalarAsync(ct) is string json ? JsonSerializer.Deserialize<ModelDescriptor>(json, ApiJson.Options) : null;
    }

    private NpgsqlCommand Page(string sql, Guid jobId, long after, int count)
    {
        var command = _source.CreateCommand(sql);
        command.Parameters.Add(new() { Value = jobId });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = (long)count });
        return command;
    }

    private static StoredOutput Output(NpgsqlDataReader row, int column) => new(
        row.IsDBNull(column) ? null : row.GetString(column),
        row.IsDBNull(column + 1) ? null : row.GetFieldValue<float[]>(column + 1));
}
