namespace BatchInfer.Inference;

/// <summary>
/// Some consecutive inputs of a call, tokenised and planned. The batches in flight share its memory, which goes back to
/// the pool with the last of them.
/// </summary>
internal sealed class TokenizedWindow : IDisposable
{
    private readonly TokenBuffer _tokens = new();
    private readonly PooledBuffer<int> _indices = new(), _cut = new(), _order = new();
    private readonly List<int> _ends = [];
    private int _references = 1;

    /// <summary>Rows that failed before any run.</summary>
    public List<RowOutput> Failed { get; } = [];

    public int TokenCount => _tokens.Count;

    /// <summary>Where in the planned order each batch ends.</summary>
    public IReadOnlyList<int> BatchEnds => _ends;

    public void Add(int index, in TextInput input, TextEncoder encoder, EncodeOptions options)
    {
        var result = encoder.Encode(input, options, _tokens);
        if (!result.Fits)
            Failed.Add(RowOutput.Failed(index, 0, Contracts.ErrorCodes.TooLong, $"The text cannot be cut to {options.MaxLength} tokens."));
        else if (result.Rows == 0)
            Failed.Add(RowOutput.Failed(index, 0, Contracts.ErrorCodes.EmptyText, "The text has no tokens. Give it some text."));
        for (int row = 0; row < result.Rows; row++)
        {
            _indices.Append(index);
            _cut.Append(result.TokensCut);
        }
    }

    public void Plan(int maxBatchTokens)
    {
        _order.Fill(0, _tokens.RowCount);
        BatchPlanner.Plan(_tokens.Lengths, maxBatchTokens, _order.MutableSpan, _ends);
    }

    /// <summary>Row number at a place of the planned order.</summary>
    public int RowAt(int place) => _order.Span[place];

    /// <summary>Index of a row into the call's inputs.</summary>
    public int IndexOf(int row) => _indices.Span[row];

    public int LengthOf(int row) => _tokens.Lengths[row];

    /// <summary>Tokens of a row's input that no row has.</summary>
    public int TokensCutOf(int row) => _cut.Span[row];

    public ReadOnlySpan<int> IdsOf(int row) => _tokens.IdsOf(row);

    public ReadOnlySpan<byte> TypeIdsOf(int row) => _tokens.TypeIdsOf(row);

    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Gives up one reference; the last one frees the memory.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) > 0) return;
        _tokens.Dispose();
        _indices.Dispose();
        _order.Dispose();
        _cut.Dispose();
    }
}
