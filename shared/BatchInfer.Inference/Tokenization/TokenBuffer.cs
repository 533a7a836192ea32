namespace BatchInfer.Inference;

/// <summary>Token ids and type ids of many inputs, one after another. Whoever creates it disposes it.</summary>
internal sealed class TokenBuffer : IDisposable
{
    private readonly PooledBuffer<int> _ids = new();
    private readonly PooledBuffer<byte> _typeIds = new();

    public int Count => _ids.Count;

    public ReadOnlySpan<int> Ids => _ids.Span;

    /// <summary>0 or 1 for each token: which text of a pair it belongs to.</summary>
    public ReadOnlySpan<byte> TypeIds => _typeIds.Span;

    public void Append(ReadOnlySpan<int> ids, byte typeId)
    {
        _ids.Append(ids);
        _typeIds.Fill(typeId, ids.Length);
    }

    public void Dispose()
    {
        _ids.Dispose();
        _typeIds.Dispose();
    }
}
