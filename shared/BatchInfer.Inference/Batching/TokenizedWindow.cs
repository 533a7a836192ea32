namespace BatchInfer.Inference;

/// <summary>
/// Some consecutive inputs of a call, tokenised and planned. The batches in flight share its memory, which goes back to
/// the pool with the last of them.
/// </summary>
internal sealed class TokenizedWindow : IDisposable
{
    private readonly TokenBuffer _tokens = new();
    private readonly PooledBuffer<int> _lengths = new(), _starts = new(), _indices = new(), _order = new();
    private readonly PooledBuffer<bool> _truncated = new();
    private readonly List<int> _ends = [];
    private int _references = 1;

    /// <summary>Rows that failed before any run.</summary>
    public List<RowOutput> Failed { get; } = [];

    public int TokenCount => _tokens.Count;

    /// <summary>Where in the planned order each batch ends.</summary>
    public IReadOnlyList<int> BatchEnds => _ends;

    public void Add(int index, in TextInput input, ITextEncoder encoder, int maxLength)
    {
        int start = _tokens.Count;
        bool truncated = encoder.Encode(input, maxLength, _tokens);
        if (_tokens.Count == start)
        {
            Failed.Add(RowOutput.Failed(index, 0, Contracts.ErrorCodes.EmptyText, "The text has no tokens. Give it some text."));
            return;
        }

        _starts.Append(start);
        _lengths.Append(_tokens.Count - start);
        _indices.Append(index);
        _truncated.Append(truncated);
    }

    public void Plan(int maxBatchTokens)
    {
        _order.Fill(0, _lengths.Count);
        BatchPlanner.Plan(_lengths.Span, maxBatchTokens, _order.MutableSpan, _ends);
    }

    /// <summary>Row number at a place of the planned order.</summary>
    public int RowAt(int place) => _order.Span[place];

    /// <summary>Index of a row into the call's inputs.</summary>
    public int IndexOf(int row) => _indices.Span[row];

    public int LengthOf(int row) => _lengths.Span[row];

    public bool IsTruncated(int row) => _truncated.Span[row];

    public ReadOnlySpan<int> IdsOf(int row) => _tokens.Ids.Slice(_starts.Span[row], _lengths.Span[row]);

    public ReadOnlySpan<byte> TypeIdsOf(int row) => _tokens.TypeIds.Slice(_starts.Span[row], _lengths.Span[row]);

    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Gives up one reference; the last one frees the memory.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) > 0) return;
        _tokens.Dispose();
        _lengths.Dispose();
        _starts.Dispose();
        _indices.Dispose();
        _order.Dispose();
        _truncated.Dispose();
    }
}
