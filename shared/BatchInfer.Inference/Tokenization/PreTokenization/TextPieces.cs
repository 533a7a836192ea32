namespace BatchInfer.Inference;

/// <summary>
/// A normalised text and the pieces it is cut into so far. A pre-tokeniser appends the pieces that shall take the place of
/// those there are, in text it rewrote if it must, and then puts them in place. Whoever creates it disposes it.
/// </summary>
internal sealed class TextPieces : IDisposable
{
    private AlignedText _text = new(), _rewritten = new();
    private PooledBuffer<TextSpan> _pieces = new(), _next = new();

    /// <summary>The text that the pieces are parts of.</summary>
    public AlignedText Text => _text;

    public ReadOnlySpan<TextSpan> Pieces => _pieces.Span;

    /// <summary>Begins with a part of a text as the only piece.</summary>
    public void Begin(AlignedText text, int start, int end)
    {
        _text.Reset(text, start, end);
        _pieces.Clear();
        _pieces.Append(new TextSpan(0, end - start));
    }

    /// <summary>Appends a piece that takes the place of the present ones; an empty one is left out.</summary>
    public void Append(int start, int end)
    {
        if (start < end) _next.Append(new TextSpan(start, end));
    }

    /// <summary>Puts the appended pieces in place.</summary>
    public void Replace()
    {
        (_pieces, _next) = (_next, _pieces);
        _next.Clear();
    }

    /// <summary>An empty text for pieces that are rewritten.</summary>
    public AlignedText BeginRewriting()
    {
        _rewritten.ResetFrom(_text);
        return _rewritten;
    }

    /// <summary>Puts the appended pieces in place, parts of the rewritten text.</summary>
    public void ReplaceRewritten()
    {
        (_text, _rewritten) = (_rewritten, _text);
        Replace();
    }

    public void Dispose()
    {
        _text.Dispose();
        _rewritten.Dispose();
        _pieces.Dispose();
        _next.Dispose();
    }
}
