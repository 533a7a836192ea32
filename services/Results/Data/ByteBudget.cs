namespace BatchInfer.Results.Data;

/// <summary>Adds up the bytes of rows that are in memory together. The first fits however large it is, or nothing would ever go on.</summary>
internal struct ByteBudget
{
    private long _bytes;
    private bool _begun;

    /// <summary>Counts a row; false where it does not fit beside those before.</summary>
    public bool Takes(long bytes)
    {
        bool first = !_begun;
        _begun = true;
        _bytes += bytes;
        return first || _bytes <= IPredictionStore.BytesAtOnce;
    }
}
