namespace BatchInfer.Inference;

/// <summary>Tokens of a word, and the characters of the word that each stands for. Whoever creates it disposes it.</summary>
internal sealed class SubwordList : IDisposable
{
    private readonly PooledBuffer<int> _ids = new();
    private readonly PooledBuffer<TextSpan> _spans = new();

    public int Count => _ids.Count;

    public ReadOnlySpan<int> Ids => _ids.Span;

    public ReadOnlySpan<TextSpan> Spans => _spans.Span;

    public void Append(int id, int start, int end)
    {
        _ids.Append(id);
        _spans.Append(new TextSpan(start, end));
    }

    /// <summary>Appends tokens of another list.</summary>
    public void Append(SubwordList other, int first, int count)
    {
        _ids.Append(other.Ids.Slice(first, count));
        _spans.Append(other.Spans.Slice(first, count));
    }

    public void Clear() => Truncate(0);

    /// <summary>Takes back the last tokens, down to a count.</summary>
    public void Truncate(int count)
    {
        _ids.Truncate(count);
        _spans.Truncate(count);
    }

    public void Dispose()
    {
        _ids.Dispose();
        _spans.Dispose();
    }
}
