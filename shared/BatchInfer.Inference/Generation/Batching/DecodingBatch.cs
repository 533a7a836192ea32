namespace BatchInfer.Inference;

/// <summary>
/// Rows that go through the decoder together. All have exactly the same length, so nothing is padded and a row's numbers are
/// the same whatever rows it is with. Whoever has it disposes it.
/// </summary>
internal sealed class DecodingBatch : IDisposable
{
    /// <param name="decodings">Inputs in the order of their rows.</param>
    /// <param name="places">Where in the tensors each of their rows stands.</param>
    /// <param name="tensorRows">Rows of the tensors: those at no place are of texts that are done.</param>
    /// <param name="length">Tokens of each row that the decoder has seen.</param>
    /// <param name="cache">What it keeps of them, or null.</param>
    /// <param name="source">Encoded sources, or null.</param>
    public DecodingBatch(IReadOnlyList<Decoding> decodings, int[] places, int tensorRows, int length, KeyValueCache? cache, EncodedSource? source)
    {
        Decodings = decodings;
        Places = places;
        TensorRows = tensorRows;
        Length = length;
        Cache = cache;
        Source = source;
    }

    /// <summary>Inputs in the order of their rows; each has <see cref="Decoding.Rows"/> of them, side by side.</summary>
    public IReadOnlyList<Decoding> Decodings { get; }

    /// <summary>Where in the tensors each row stands, in rising order.</summary>
    public IReadOnlyList<int> Places { get; }

    public int Rows => Places.Count;

    public int TensorRows { get; }

    /// <summary>Tokens of each row that the decoder has seen.</summary>
    public int Length { get; }

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
    public static DecodingBatch Merge(IReadOnlyList<DecodingBatch> batches)
    {
        if (batches.Count == 1) return batches[0];
        var rows = new List<RowOf>(batches.Sum(b => b.Rows));
        for (int batch = 0; batch < batches.Count; batch++)
            foreach (int place in batches[batch].Places) rows.Add(new RowOf(batch, place));
        var merged = Gather(batches, [.. batches.SelectMany(b => b.Decodings)], [.. rows]);
        foreach (var batch in batches) batch.Dispose();
        return merged;
    }

    /// <summary>One batch for each input, for this one, which is used up. All or none: should one fail, there are no others.</summary>
    public IReadOnlyList<DecodingBatch> Split()
    {
        var singles = new List<DecodingBatch>(Decodings.Count);
        try
        {
            int first = 0;
            foreach (var decoding in Decodings)
            {
                singles.Add(Gather([this], [decoding], [.. Places.Skip(first).Take(decoding.Rows).Select(p => new RowOf(0, p))], isolated: true));
                first += decoding.Rows;
            }
        }
        catch
        {
            foreach (var single in singles) single.Dispose();
            throw;
        }
        finally
        {
            Dispose();
        }

        return singles;
    }

    public void Dispose()
    {
        var (cache, source) = Detach();
        cache?.Dispose();
        source?.Dispose();
    }

    private static DecodingBatch Gather(IReadOnlyList<DecodingBatch> batches, IReadOnlyList<Decoding> decodings, ReadOnlySpan<RowOf> rows, bool isolated = false)
    {
        var cache = batches[0].Cache is null ? null : KeyValueCache.Gather([.. batches.Select(b => b.Cache!)], rows);
        var source = batches[0].Source is null ? null : EncodedSource.Gather([.. batches.Select(b => b.Source!)], rows);
        return new DecodingBatch(decodings, [.. Enumerable.Range(0, rows.Length)], rows.Length, batches[0].Length, cache, source) { IsIsolated = isolated };
    }
}

/// <summary>Where rows stand: tokens of the source, 0 without, and tokens that the decoder has seen.</summary>
internal readonly record struct BatchPlace(int SourceLength, int Length) : IComparable<BatchPlace>
{
    public int CompareTo(BatchPlace other) =>
        SourceLength != other.SourceLength ? SourceLength.CompareTo(other.SourceLength) : Length.CompareTo(other.Length);
}
