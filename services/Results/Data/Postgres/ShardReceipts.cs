using BatchInfer.Contracts;
using Npgsql;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>Adds to the shards' receipts, the last thing in every writing transaction.</summary>
internal static class ShardReceipts
{
    private const string Add =
        """
        INSERT INTO results.shard_receipts AS r (job, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
        SELECT a.* FROM unnest($1::int[], $2::int[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[])
            AS a (job, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens)
        ORDER BY a.job, a.shard
        ON CONFLICT (job, shard) DO UPDATE SET
            received = r.received + excluded.received, computed = r.computed + excluded.computed,
            cached = r.cached + excluded.cached, duplicates = r.duplicates + excluded.duplicates,
            failed = r.failed + excluded.failed, tokens = r.tokens + excluded.tokens,
            padded_tokens = r.padded_tokens + excluded.padded_tokens
        RETURNING job, shard, received, computed, cached, duplicates, failed, tokens, padded_tokens
        """;

    /// <summary>Adds the tallies, and says what each chunk came to. A completed shard is told of with the last of its chunks.</summary>
    public static async Task<StoredChunk[]> AddAsync(NpgsqlConnection connection, ChunkWrite[] writes, CancellationToken ct)
    {
        var shards = writes.GroupBy(KeyOf).ToArray();
        long[] Sum(Func<ShardTally, long> count) => Array.ConvertAll(shards, s => s.Sum(w => count(w.Tally)));
        await using var add = new NpgsqlCommand(Add, connection)
        {
            Parameters =
            {
                new() { Value = Array.ConvertAll(shards, s => s.Key.Job) }, new() { Value = Array.ConvertAll(shards, s => s.Key.Shard) },
                new() { Value = Sum(t => t.Received) }, new() { Value = Sum(t => t.Counts.Computed) }, new() { Value = Sum(t => t.Counts.Cached) },
                new() { Value = Sum(t => t.Counts.Duplicates) }, new() { Value = Sum(t => t.Counts.Failed) },
                new() { Value = Sum(t => t.Counts.Tokens) }, new() { Value = Sum(t => t.Counts.PaddedTokens) },
            },
        };
        var totals = new Dictionary<(int Job, int Shard), (long Received, OutcomeCounts Counts)>(shards.Length);
        await using var row = await add.ExecuteReaderAsync(ct);
        while (await row.ReadAsync(ct))
            totals[(row.GetInt32(0), row.GetInt32(1))] = (row.GetInt64(2), new OutcomeCounts(
                row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6), row.GetInt64(7), row.GetInt64(8)));

        var stored = new StoredChunk[writes.Length];
        for (int i = writes.Length - 1; i >= 0; i--)
        {
            var write = writes[i];
            var (received, counts) = totals[KeyOf(write)];
            bool isLast = !writes.AsSpan(i + 1).ContainsShard(KeyOf(write));
            stored[i] = new StoredChunk(write.Inserted, write.Predictions, isLast && received >= write.Chunk.Chunk.RecordCount, counts);
        }

        return stored;
    }

    private static bool ContainsShard(this Span<ChunkWrite> writes, (int Job, int Shard) shard)
    {
        foreach (var write in writes)
            if (KeyOf(write) == shard) return true;
        return false;
    }

    private static (int Job, int Shard) KeyOf(ChunkWrite write) => (write.Chunk.Job.Number, write.Chunk.Chunk.Shard.Number);
}
