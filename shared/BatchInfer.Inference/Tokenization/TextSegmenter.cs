namespace BatchInfer.Inference;

/// <summary>
/// A text's way to its tokens: added tokens are found in it, what is between them is normalised, cut into words, and the words
/// into tokens. Not thread-safe; whoever creates it disposes it.
/// </summary>
internal sealed class TextSegmenter(TokenizerParts parts) : IDisposable
{
    private readonly PooledBuffer<char> _whole = new();
    private readonly AlignedText _segment = new(), _normalized = new();
    private readonly TextPieces _pieces = new();
    private readonly ISubwordSplitter _splitter = parts.Model.CreateSplitter();
    private readonly SubwordList _subwords = new();
    private bool _withDetails;
    private int _sequence, _word;

    /// <summary>Appends the tokens of a text.</summary>
    /// <param name="text">The text; half a surrogate pair in it counts as U+FFFD.</param>
    /// <param name="sequence">Which text of a pair it is, from 0.</param>
    /// <param name="withDetails">Whether to say where each token comes from.</param>
    /// <param name="into">Takes the tokens.</param>
    public void Tokenize(ReadOnlySpan<char> text, int sequence, bool withDetails, TokenSequence into)
    {
        (_withDetails, _sequence, _word) = (withDetails, sequence, 0);
        text = WithWholeCharacters(text);
        int from = 0;
        while (!parts.Raw.IsEmpty && parts.Raw.TryFind(text, from, out var span, out var token))
        {
            TokenizeSegment(text, from, span.Start, into);
            AppendAdded(token!, span, into);
            from = span.End;
        }

        TokenizeSegment(text, from, text.Length, into);
    }

    public void Dispose()
    {
        _whole.Dispose();
        _segment.Dispose();
        _normalized.Dispose();
        _pieces.Dispose();
        _splitter.Dispose();
        _subwords.Dispose();
    }

    // Half a surrogate pair is no character: it is read as U+FFFD, as it would be after a way through UTF-8.
    private ReadOnlySpan<char> WithWholeCharacters(ReadOnlySpan<char> text)
    {
        if (text.IndexOfAnyInRange('\uD800', '\uDFFF') is var at && at < 0) return text;
        _whole.Clear();
        _whole.Append(text);
        var whole = _whole.MutableSpan;
        for (; at < whole.Length; at++)
        {
            if (!char.IsSurrogate(whole[at])) continue;
            if (char.IsHighSurrogate(whole[at]) && at + 1 < whole.Length && char.IsLowSurrogate(whole[at + 1])) at++;
            else whole[at] = '\uFFFD';
        }

        return whole;
    }

    private void TokenizeSegment(ReadOnlySpan<char> text, int start, int end, TokenSequence into)
    {
        if (start >= end) return;
        _segment.Reset(text[start..end], start, _withDetails);
        var normalized = _segment;
        if (parts.Normalizer is { } normalizer)
        {
            normalized = _normalized;
            normalized.ResetFrom(_segment);
            normalizer.Normalize(_segment, normalized);
        }

        int from = 0;
        while (!parts.Normalized.IsEmpty && parts.Normalized.TryFind(normalized.Chars, from, out var span, out var token))
        {
            TokenizeWords(normalized, from, span.Start, into);
            AppendAdded(token!, _withDetails ? normalized.Origin(span.Start, span.End) : default, into);
            from = span.End;
        }

        TokenizeWords(normalized, from, normalized.Length, into);
    }

    private void TokenizeWords(AlignedText text, int start, int end, TokenSequence into)
    {
        if (start >= end) return;
        _pieces.Begin(text, start, end);
        parts.PreTokenizer?.Split(_pieces);
        var chars = _pieces.Text.Chars;
        foreach (var piece in _pieces.Pieces)
        {
            _subwords.Clear();
            _splitter.Split(chars[piece.Start..piece.End], _subwords);
            into.Ids.Append(_subwords.Ids);
            if (_withDetails) AppendDetails(piece, into);
            _word++;
        }
    }

    private void AppendDetails(TextSpan piece, TokenSequence into)
    {
        foreach (var span in _subwords.Spans)
        {
            var origin = _pieces.Text.Origin(piece.Start + span.Start, piece.Start + span.End);
            into.Details.Append(new TokenDetail(origin.Start, origin.End, _word, _sequence));
        }
    }

    private void AppendAdded(AddedToken token, TextSpan origin, TokenSequence into)
    {
        into.Ids.Append(token.Id);
        if (_withDetails) into.Details.Append(new TokenDetail(origin.Start, origin.End, _word, _sequence));
        _word++;
    }
}
