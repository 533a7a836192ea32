namespace BatchInfer.Inference;

/// <summary>Rows of tokens, one after another, each ready for the model. Whoever creates it disposes it.</summary>
/// <param name="withDetails">Whether <see cref="Details"/> are wanted; without, tokenising is faster.</param>
internal sealed class TokenBuffer(bool withDetails = false) : IDisposable
{
    private readonly PooledBuffer<int> _ids = new(), _starts = new(), _lengths = new();
    private readonly PooledBuffer<byte> _typeIds = new();
    private readonly PooledBuffer<TokenDetail>? _details = withDetails ? new() : null;

    public bool HasDetails => _details is not null;

    /// <summary>Tokens of all rows.</summary>
    public int Count => _ids.Count;

    public int RowCount => _lengths.Count;

    /// <summary>Tokens of each row.</summary>
    public ReadOnlySpan<int> Lengths => _lengths.Span;

    public ReadOnlySpan<int> Ids => _ids.Span;

    /// <summary>0 or 1 for each token: the type (segment) that the tokenizer's template gives it.</summary>
    public ReadOnlySpan<byte> TypeIds => _typeIds.Span;

    /// <summary>Where each token comes from; empty when not asked for.</summary>
    public ReadOnlySpan<TokenDetail> Details => _details is null ? default : _details.Span;

    public ReadOnlySpan<int> IdsOf(int row) => _ids.Span.Slice(_starts.Span[row], _lengths.Span[row]);

    public ReadOnlySpan<byte> TypeIdsOf(int row) => _typeIds.Span.Slice(_starts.Span[row], _lengths.Span[row]);

    public ReadOnlySpan<TokenDetail> DetailsOf(int row) => Details.Slice(_starts.Span[row], _lengths.Span[row]);

    public void Clear()
    {
        _ids.Clear();
        _starts.Clear();
        _lengths.Clear();
        _typeIds.Clear();
        _details?.Clear();
    }

    /// <summary>Ends a row: it has the tokens that came since the row before.</summary>
    public void EndRow()
    {
        int start = RowCount == 0 ? 0 : _starts.Span[^1] + _lengths.Span[^1];
        _starts.Append(start);
        _lengths.Append(_ids.Count - start);
    }

    /// <summary>Forgets the rows from a number on.</summary>
    public void RemoveRows(int from)
    {
        if (from >= RowCount) return;
        int start = _starts.Span[from];
        _ids.Truncate(start);
        _typeIds.Truncate(start);
        _details?.Truncate(start);
        _starts.Truncate(from);
        _lengths.Truncate(from);
    }

    /// <summary>Appends tokens that stand around the texts.</summary>
    public void AppendSpecial(ReadOnlySpan<int> ids, byte typeId)
    {
        _ids.Append(ids);
        _typeIds.Fill(typeId, ids.Length);
        _details?.Fill(TokenDetail.Special, ids.Length);
    }

    /// <param name="ids">Tokens of a text.</param>
    /// <param name="details">Where each comes from; not read when this buffer keeps no details.</param>
    /// <param name="typeId">Their type.</param>
    public void Append(ReadOnlySpan<int> ids, ReadOnlySpan<TokenDetail> details, byte typeId)
    {
        _ids.Append(ids);
        _typeIds.Fill(typeId, ids.Length);
        _details?.Append(details);
    }

    public void Dispose()
    {
        _ids.Dispose();
        _starts.Dispose();
        _lengths.Dispose();
        _typeIds.Dispose();
        _details?.Dispose();
    }
}
