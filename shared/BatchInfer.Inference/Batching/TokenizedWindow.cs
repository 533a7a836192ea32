namespace BatchInfer.Inference;

/// <summary>
/// Some consecutive inputs of a call, tokenised and planned; all rows of an input are in one window. The batches in flight
/// share its memory, which goes back to the pool with the last of them.
/// </summary>
internal sealed class TokenizedWindow(bool withDetails) : IDisposable
{
    private readonly TokenBuffer _tokens = new(withDetails);
    private readonly PooledBuffer<int> _entryOf = new(), _textOf = new(), _order = new();
    private readonly PooledBuffer<InputEntry> _entries = new();
    private readonly List<InputParts?> _parts = [];
    private readonly List<int> _ends = [];
    private int _references = 1, _texts;

    /// <summary>Inputs that failed before any run.</summary>
    public List<RowOutput> Failed { get; } = [];

    /// <summary>Tokens of all rows, those of an input not ended yet among them.</summary>
    public int TokenCount => _tokens.Count;

    /// <summary>Rows, those of an input not ended yet among them.</summary>
    public int RowCount => _tokens.RowCount;

    /// <summary>Where in the planned order each batch ends.</summary>
    public IReadOnlyList<int> BatchEnds => _ends;

    /// <summary>Adds the rows of the next text of an input, or none where they would have more tokens than <paramref name="maxTokens"/>.</summary>
    public EncodeResult AddText(in TextInput text, RowOptions options, TextEncoder encoder, long maxTokens)
    {
        var result = options.LongInput == LongInput.Window
            ? encoder.EncodeWindows(text, options.Encoding, options.Overlap, _tokens, maxTokens)
            : encoder.Encode(text, options.Encoding, _tokens);
        _textOf.Fill(_texts++, result.Rows);
        return result;
    }

    /// <summary>Ends the input whose texts were added.</summary>
    public void EndInput(int index, int tokensCut)
    {
        int first = _entryOf.Count, rows = _tokens.RowCount - first, tokens = 0;
        for (int row = first; row < first + rows; row++) tokens += _tokens.Lengths[row];
        _entryOf.Fill(_entries.Count, rows);
        _entries.Append(new InputEntry(index, first, rows, tokens, tokensCut));
        _parts.Add(rows > 1 ? new InputParts(rows) : null);
        _texts = 0;
    }

    /// <summary>Takes back the texts that were added of an input, which has failed.</summary>
    public void DropInput(RowOutput failed)
    {
        _tokens.RemoveRows(_entryOf.Count);
        _textOf.Truncate(_entryOf.Count);
        _texts = 0;
        Failed.Add(failed);
    }

    public void Plan(int maxBatchTokens)
    {
        _order.Fill(0, _tokens.RowCount);
        BatchPlanner.Plan(_tokens.Lengths, maxBatchTokens, _order.MutableSpan, _ends);
    }

    /// <summary>Row number at a place of the planned order.</summary>
    public int RowAt(int place) => _order.Span[place];

    /// <summary>The input that a row is of.</summary>
    public InputEntry EntryOf(int row) => _entries.Span[_entryOf.Span[row]];

    /// <summary>Where a row's input gathers what is kept of its rows; null when it has only this one.</summary>
    public InputParts? PartsOf(int row) => _parts[_entryOf.Span[row]];

    /// <summary>Which text of its input a row is of.</summary>
    public int TextOf(int row) => _textOf.Span[row];

    public int LengthOf(int row) => _tokens.Lengths[row];

    public ReadOnlySpan<int> IdsOf(int row) => _tokens.IdsOf(row);

    public ReadOnlySpan<byte> TypeIdsOf(int row) => _tokens.TypeIdsOf(row);

    /// <summary>Where the tokens of a row stand in its text, for tasks that ask.</summary>
    public ReadOnlySpan<TokenDetail> DetailsOf(int row) => _tokens.DetailsOf(row);

    public void AddReference() => Interlocked.Increment(ref _references);

    /// <summary>Gives up one reference; the last one frees the memory.</summary>
    public void Dispose()
    {
        if (Interlocked.Decrement(ref _references) > 0) return;
        _tokens.Dispose();
        _entryOf.Dispose();
        _textOf.Dispose();
        _order.Dispose();
        _entries.Dispose();
    }
}
