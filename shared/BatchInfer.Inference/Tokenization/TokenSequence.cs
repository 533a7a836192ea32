namespace BatchInfer.Inference;

/// <summary>The tokens of one text, before it is cut and special tokens are added.</summary>
internal sealed class TokenSequence : IDisposable
{
    private readonly PooledBuffer<int> _ids = new();
    private readonly PooledBuffer<TokenDetail> _details = new();

    public int Count => _ids.Count;

    public PooledBuffer<int> Ids => _ids;

    /// <summary>As many as there are ids, or none when they were not asked for.</summary>
    public PooledBuffer<TokenDetail> Details => _details;

    public void Clear()
    {
        _ids.Clear();
        _details.Clear();
    }

    /// <summary>Appends some of these tokens to a row.</summary>
    public void CopyTo(TokenBuffer row, int start, int end, byte typeId) =>
        row.Append(_ids.Span[start..end], row.HasDetails ? _details.Span[start..end] : default, typeId);

    public void Dispose()
    {
        _ids.Dispose();
        _details.Dispose();
    }
}
