using BatchInfer.Contracts;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>The rows of several chunks, in the order in which every transaction takes them.</summary>
internal sealed class ChunkGroup
{
    private ChunkGroup(ChunkWrite[] writes)
    {
        Writes = writes;
        Predictions = Sorted(writes, w => w.Chunk.Chunk.Predictions, (a, b) => a.Row.Key.CompareTo(b.Row.Key));
        Items = Sorted(writes, w => w.Chunk.Chunk.Items, (a, b) => (a.Write.Chunk.Job.Number, a.Row.Ordinal).CompareTo((b.Write.Chunk.Job.Number, b.Row.Ordinal)));
    }

    public ChunkWrite[] Writes { get; }

    /// <summary>Predictions by key. A key may come more than once.</summary>
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

    private static GroupRow<T>[] Sorted<T>(ChunkWrite[] writes, Func<ChunkWrite, IReadOnlyList<T>> rowsOf, Comparison<GroupRow<T>> order)
    {
        var all = new GroupRow<T>[writes.Sum(w => rowsOf(w).Count)];
        int next = 0;
        foreach (var write in writes)
            foreach (var row in rowsOf(write)) all[next++] = new GroupRow<T>(write, row);
        Array.Sort(all, order);
        return all;
    }
}
