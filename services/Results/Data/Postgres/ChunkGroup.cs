using System.Buffers.Binary;
using BatchInfer.Contracts;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>The rows of several chunks, in the order in which every transaction takes them.</summary>
internal sealed class ChunkGroup
{
    private ChunkGroup(ChunkWrite[] writes)
    {
        Writes = writes;
        Predictions = Sorted(writes, w => w.Chunk.Chunk.Predictions, (_, p) => HighBits(p.Key));
        // Job and ordinal in one number: no corpus has 2^56 records.
        var jobs = writes.Select(w => w.Chunk.Job.Number).Distinct().Order().Index().ToDictionary(j => j.Item, j => (ulong)j.Index << 56);
        Items = Sorted(writes, w => w.Chunk.Chunk.Items, (w, i) => jobs[w.Chunk.Job.Number] | (ulong)i.Ordinal);
    }

    public ChunkWrite[] Writes { get; }

    /// <summary>Predictions by key. A key may come more than once, and then one after the other.</summary>
    public GroupRow<NewPrediction>[] Predictions { get; }

    /// <summary>Records by job and ordinal.</summary>
    public GroupRow<RecordOutcome>[] Items { get; }

    /// <summary>Whether some record comes twice, as when a chunk was delivered again while its first delivery waited.</summary>
    public bool HasRecordTwice
    {
        get
        {
            for (int i = 1; i < Items.Length; i++)
                if (Items[i].Row.Ordinal == Items[i - 1].Row.Ordinal && Items[i].Write.Chunk.Job.Number == Items[i - 1].Write.Chunk.Job.Number) return true;
            return false;
        }
    }

    public static async Task<ChunkGroup> CreateAsync(IReadOnlyList<PredictionsProduced> chunks, RowNumbers numbers, CancellationToken ct)
    {
        var writes = new ChunkWrite[chunks.Count];
        for (int i = 0; i < writes.Length; i++) writes[i] = new ChunkWrite(await numbers.NumberAsync(chunks[i], ct));
        return new ChunkGroup(writes);
    }

    private static GroupRow<T>[] Sorted<T>(ChunkWrite[] writes, Func<ChunkWrite, IReadOnlyList<T>> rowsOf, Func<ChunkWrite, T, ulong> rankOf)
    {
        var rows = new GroupRow<T>[writes.Sum(w => rowsOf(w).Count)];
        // Sorted by plain numbers, which is several times faster than by a comparison of rows.
        ulong[] ranks = new ulong[rows.Length];
        int next = 0;
        foreach (var write in writes)
            foreach (var row in rowsOf(write))
            {
                ranks[next] = rankOf(write, row);
                rows[next++] = new GroupRow<T>(write, row);
            }

        Array.Sort(ranks, rows);
        return rows;
    }

    private static ulong HighBits(Guid key)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }
}
