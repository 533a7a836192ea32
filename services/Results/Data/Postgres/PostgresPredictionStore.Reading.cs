using BatchInfer.Contracts;
using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>Reads from PostgreSQL.</summary>
internal sealed partial class PostgresPredictionStore
{
    private const string SelectItems =
        """
        SELECT i.ordinal, i.custom_id, i.key, e.code, e.message, e.line
        FROM (SELECT ordinal, custom_id, key FROM results.job_items WHERE job = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3) AS i
        LEFT JOIN results.item_errors AS e ON i.key IS NULL AND e.job = $1 AND e.ordinal = i.ordinal
        ORDER BY i.ordinal
        """;

    private const string SelectErrors =
        """
        SELECT ordinal, custom_id, code, message, line FROM results.item_errors
        WHERE job = $1 AND ordinal > $2 ORDER BY ordinal LIMIT $3
        """;

    private const string SelectKeys =
        """
        SELECT a.custom_id, i.key FROM unnest($2::text[], $3::bigint[]) AS a (custom_id, ordinal)
        CROSS JOIN LATERAL (
            (SELECT key, ordinal FROM results.job_items
             WHERE job = $1 AND left(custom_id, 64) = left(a.custom_id, 64) AND custom_id = a.custom_id ORDER BY ordinal LIMIT 1)
            UNION ALL
            (SELECT key, ordinal FROM results.job_items WHERE job = $1 AND ordinal = a.ordinal AND custom_id IS NULL)
            ORDER BY ordinal LIMIT 1) AS i
        WHERE i.key IS NOT NULL
        """;

    private static readonly string[] SelectKnown = PredictionPartitions.Statements("SELECT key FROM {0} WHERE key = ANY ($1)");

    private static readonly string[] SelectWhole = PredictionPartitions.Statements($"SELECT {PredictionRow.Columns} FROM {{0}} WHERE key = ANY ($1)");

    private static readonly string[] SelectPredictions = PredictionPartitions.Statements(PredictionRow.Select("{0} WHERE key = ANY ($1)", "$2"));

    public async Task<byte[]> FindKnownAsync(byte[] keys, CancellationToken ct)
    {
        var asked = KeyBits.Parse(keys);
        var answer = KeyBits.Empty(asked.Length);
        if (asked.Length == 0) return answer;
        var known = new HashSet<Guid>();
        await using var batch = _lookUps.CreateBatch();
        Fill(batch, SelectKnown, asked);
        await using var row = await batch.ExecuteReaderAsync(ct);
        do
            while (await row.ReadAsync(ct)) known.Add(row.GetGuid(0));
        while (await row.NextResultAsync(ct));
        for (int i = 0; i < asked.Length; i++)
            if (known.Contains(asked[i])) KeyBits.Set(answer, i);
        return answer;
    }

    public async Task<FoundPredictions> FindAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        if (keys.Count == 0) return new FoundPredictions([], 0);
        // As a rule they fit, and then their sizes need not be asked for, which would cost a tenth of the look-ups.
        if (await ReadWholeAsync(keys, ct) is { } whole) return await FoundAsync(whole, keys.Count, ct);
        // However many of them are as small as that, together they are no more than fits.
        var stored = new Dictionary<Guid, PredictionRow>(keys.Count);
        foreach (var row in await ReadRowsAsync(keys, IPredictionStore.BytesAtOnce / keys.Count, ct)) stored[row.Key] = row;
        var fitting = new List<PredictionRow>(stored.Count);
        int looked = 0;
        var budget = new ByteBudget();
        foreach (var key in keys)
        {
            if (stored.TryGetValue(key, out var row))
            {
                if (!budget.Takes(row.Bytes)) break;
                fitting.Add(row);
            }

            looked++;
        }

        return await FoundAsync(fitting, looked, ct);
    }

    public async Task<StoredPage<StoredLine>> ReadLinesAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        if (await _numbers.FindJobAsync(jobId, ct) is not { } job) return new StoredPage<StoredLine>([], isCut: false);
        var (items, isCut) = await ReadItemsAsync(job, after, count, ct);
        // By key in a step of its own: joined, the planner would have to guess how much of the predictions a page is.
        List<Guid> keys = [.. items.Where(i => i.Key is not null).Select(i => i.Key!.Value).Distinct()];
        var found = await FindAsync(keys, ct);
        if (found.Looked < keys.Count)
        {
            int first = items.FindIndex(i => i.Key == keys[found.Looked]);
            items.RemoveRange(first, items.Count - first);
            isCut = true;
        }

        return new StoredPage<StoredLine>(items.ConvertAll(i => StoredLine.Of(i.Ordinal, i.CustomId, i.Error, i.Key, found.GetValueOrDefault(i.Key ?? default))), isCut);
    }

    public async Task<StoredPage<ErrorLine>> ReadErrorsAsync(Guid jobId, long after, int count, CancellationToken ct)
    {
        var lines = new List<ErrorLine>();
        var budget = new ByteBudget();
        if (await _numbers.FindJobAsync(jobId, ct) is not { } job) return new StoredPage<ErrorLine>(lines, isCut: false);
        await using var command = Page(SelectErrors, job, after, count);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            var line = new ErrorLine(
                row.GetInt64(0), StoredText.Decode(row.GetString(1)), row.GetString(2), StoredText.Decode(row.GetString(3)), row.GetInt64(4));
            if (!budget.Takes(line.CustomId.Length + line.Message.Length)) return new StoredPage<ErrorLine>(lines, isCut: true);
            lines.Add(line);
        }

        return new StoredPage<ErrorLine>(lines, isCut: false);
    }

    public async Task<IReadOnlyDictionary<string, Guid>> FindKeysAsync(Guid jobId, IReadOnlyCollection<string> customIds, CancellationToken ct)
    {
        var found = new Dictionary<string, Guid>(customIds.Count, StringComparer.Ordinal);
        if (await _numbers.FindJobAsync(jobId, ct) is not { } job) return found;
        await using var command = _lookUps.CreateCommand(SelectKeys);
        command.Parameters.Add(new() { Value = job.Number });
        command.Parameters.Add(new() { Value = customIds.Select(StoredText.Encode).ToArray() });
        command.Parameters.Add(new() { Value = customIds.Select(job.OrdinalOf).ToArray() });
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct)) found[StoredText.Decode(row.GetString(0))] = row.GetGuid(1);
        return found;
    }

    private async Task<(List<Item> Items, bool IsCut)> ReadItemsAsync(NumberedJob job, long after, int count, CancellationToken ct)
    {
        var items = new List<Item>();
        var budget = new ByteBudget();
        await using var command = Page(SelectItems, job, after, count);
        await using var row = await command.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
        {
            long ordinal = row.GetInt64(0);
            var error = row.IsDBNull(3) ? null : new RecordError(row.GetString(3), StoredText.Decode(row.GetString(4)), row.GetInt64(5));
            var item = new Item(ordinal, job.Lengthen(row.IsDBNull(1) ? null : row.GetString(1), ordinal), row.IsDBNull(2) ? null : row.GetGuid(2), error);
            if (!budget.Takes(item.CustomId.Length + (error?.Message.Length ?? 0))) return (items, true);
            items.Add(item);
        }

        return (items, false);
    }

    private async Task<FoundPredictions> FoundAsync(List<PredictionRow> rows, int looked, CancellationToken ct)
    {
        var found = new Dictionary<Guid, StoredPrediction>(rows.Count);
        foreach (var prediction in await CompleteAsync(rows, ct)) found[prediction.Key] = prediction;
        return new FoundPredictions(found, looked);
    }

    /// <summary>Rows as they come; null where they are more than <see cref="IPredictionStore.BytesAtOnce"/>.</summary>
    private async Task<List<PredictionRow>?> ReadWholeAsync(IReadOnlyList<Guid> keys, CancellationToken ct)
    {
        var rows = new List<PredictionRow>(keys.Count);
        var budget = new ByteBudget();
        // Only what has its connection can be cancelled.
        await using var connection = await _lookUps.OpenConnectionAsync(ct);
        await using var batch = connection.CreateBatch();
        Fill(batch, SelectWhole, keys);
        await using var row = await batch.ExecuteReaderAsync(ct);
        do
        {
            while (await row.ReadAsync(ct))
            {
                rows.Add(PredictionRow.ReadWhole(row));
                if (budget.Takes(rows[^1].Bytes)) continue;
                // Or the end of the reader would wait for all that follows.
                batch.Cancel();
                return null;
            }
        }
        while (await row.NextResultAsync(ct));
        return rows;
    }

    private async Task<List<PredictionRow>> ReadRowsAsync(IReadOnlyList<Guid> keys, long whole, CancellationToken ct)
    {
        var rows = new List<PredictionRow>(keys.Count);
        await using var batch = _lookUps.CreateBatch();
        Fill(batch, SelectPredictions, keys, whole);
        await using var row = await batch.ExecuteReaderAsync(ct);
        do
            while (await row.ReadAsync(ct)) rows.Add(PredictionRow.Read(row));
        while (await row.NextResultAsync(ct));
        return rows;
    }

    /// <summary>Rows with what was left out of them. One that was deleted meanwhile is left out.</summary>
    private async Task<List<StoredPrediction>> CompleteAsync(List<PredictionRow> rows, CancellationToken ct)
    {
        if (rows.FindAll(r => r.IsDeferred).ConvertAll(r => r.Key) is { Count: > 0 } deferred)
        {
            var read = (await ReadRowsAsync(deferred, long.MaxValue, ct)).ToDictionary(r => r.Key);
            rows = [.. rows.Select(r => r.IsDeferred ? read.GetValueOrDefault(r.Key) : r).OfType<PredictionRow>()];
        }

        var predictors = await _numbers.PredictorsAsync(rows, ct);
        var jobs = await _numbers.JobIdsAsync(rows, ct);
        return rows.ConvertAll(r => r.ToPrediction(predictors[r.Predictor], jobs[r.Job]));
    }

    private NpgsqlCommand Page(string sql, NumberedJob job, long after, int count)
    {
        var command = _lookUps.CreateCommand(sql);
        command.Parameters.Add(new() { Value = job.Number });
        command.Parameters.Add(new() { Value = after });
        command.Parameters.Add(new() { Value = count });
        return command;
    }

    /// <summary>One statement for each partition that has some of the keys, all in one round trip.</summary>
    private static void Fill(NpgsqlBatch batch, string[] statements, IReadOnlyCollection<Guid> keys, long? second = null)
    {
        var split = PredictionPartitions.Split(keys);
        for (int partition = 0; partition < split.Length; partition++)
            if (split[partition] is { } part)
            {
                var command = new NpgsqlBatchCommand(statements[partition]) { Parameters = { new NpgsqlParameter<Guid[]> { TypedValue = [.. part] } } };
                if (second is { } value) command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = value });
                batch.BatchCommands.Add(command);
            }
    }

    private sealed record Item(long Ordinal, string CustomId, Guid? Key, RecordError? Error);
}
