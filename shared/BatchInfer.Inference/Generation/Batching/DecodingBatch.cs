namespace BatchInfer.Inference;

/// <summary>
/// Rows that go through the decoder together. All have exactly the same length, so nothing is padded and a row's numbers are
/// the same whatever rows it is with. Whoever has it disposes it.
/// </summary>
internal sealed class DecodingBatch : IDisposable
{
    public DecodingBatch(IReadOnlyList<Decoding> decodings, int length, KeyValueCache? cache, EncodedSource? source)
    {
        Decodings = decodings;
        Length = length;
        Cache = cache;
        Source = source;
        Rows = decodings.Sum(d => d.Rows);
    }

    /// <summary>Inputs in the order of their rows; each has <see cref="Decoding.Rows"/> of them, side by side.</summary>
    public IReadOnlyList<Decoding> Decodings { get; }

    /// <summary>Tokens of each row that the decoder has seen.</summary>
    public int Length { get; }

    public int Rows { get; }

    public KeyValueCache? Cache { get; private set; }

    public EncodedSource? Source { get; private set; }

    /// <summary>Where it stands: only batches of one place can become one.</summary>
    public BatchPlace Place => new(Source?.Length ?? 0, Length);

    /// <summary>True for the rows of a batch that failed: each goes on by itself, to find the one that fails.</summary>
    public bool IsIsolated { get; init; }

    /// <summary>Takes the tensors out; the batch has none then.</summary>
    public (KeyValueCache? Cache, EncodedSource? Source) Detach()
    {
        var taken = (Cache, Source);
        (Cache, Source) = (null, null);
        return taken;
    }

    /// <summary>One batch of several of the same place, which are used up.</summary>
    public static DecodingBatch Merge(IReadOnlyList<DecodingBatch> batches, IReadOnlyList<CacheTensor> layout)
    {
        if (batches.Count == 1) return batches[0];
        var rows = new List<RowOf>(batches.Sum(b => b.Rows));
        for (int batch = 0; batch < batches.Count; batch++)
            for (int row = 0; row < batches[batch].Rows; row++) rows.Add(new RowOf(batch, row));
        var merged = Gather(batches, [.. batches.SelectMany(b => b.Decodings)], [.. rows], layout, batches[0].Length);
        foreach (var batch in batches) batch.Dispose();
        return merged;
    }

    /// <summary>A batch of rows of others, which are left as they are.</summary>
    public static DecodingBatch Gather(
        IReadOnlyList<DecodingBatch> batches, IReadOnlyList<Decoding> decodings, ReadOnlySpan<RowOf> rows, IReadOnlyList<CacheTensor> layout, int length, bool isolated = false)
    {
        var cache = batches[0].Cache is null ? null : KeyValueCache.Gather(layout, [.. batches.Select(b => b.Cache!)], rows);
        var source = batches[0].Source is null ? null : EncodedSource.Gather([.. batches.Select(b => b.Source!)], rows);
        return new DecodingBatch(decodings, length, cache, source) { IsIsolated = isolated };
    }

    public void Dispose()
    {
        Cache?.Dispose();
        Source?.Dispose();
    }
}

/// <summary>Where rows stand: tokens of the source, 0 without, and tokens that the decoder has seen.</summary>
internal readonly record struct BatchPlace(int SourceLength, int Length) : IComparable<BatchPlace>
{
    public int CompareTo(BatchPlace other) =>
        SourceLength != other.SourceLength ? SourceLength.CompareTo(other.SourceLength) : Length.CompareTo(other.Length);
}
