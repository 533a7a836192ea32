namespace BatchInfer.Inference;

/// <summary>Encodes texts one after another. Not thread-safe; whoever created it disposes it.</summary>
internal sealed class TextEncoder : IDisposable
{
    private readonly TokenizerParts _parts;
    private readonly Func<TextEncoder, bool> _keep;
    private readonly TextSegmenter _segmenter;
    private readonly TokenSequence _first = new(), _second = new();

    /// <param name="parts">The tokenizer.</param>
    /// <param name="keep">Takes it back for another use; false when it shall be freed.</param>
    public TextEncoder(TokenizerParts parts, Func<TextEncoder, bool> keep)
    {
        (_parts, _keep) = (parts, keep);
        _segmenter = new TextSegmenter(parts);
    }

    /// <summary>Appends one input as one row, cut to the length limit.</summary>
    public EncodeResult Encode(in TextInput input, EncodeOptions options, TokenBuffer into)
    {
        bool isPair = Tokenize(input, into.HasDetails);
        var template = Template(isPair, options);
        int total = _first.Count + _second.Count, room = options.MaxLength - template.SpecialTokens;
        if (room < 0 || PairTruncation.Cut(options.Strategy, _first.Count, _second.Count, room, isPair) is not (var first, var second)) return EncodeResult.TooLong;
        bool left = options.Side == TruncationSide.Left;
        var firstPart = left ? new TextSpan(_first.Count - first, _first.Count) : new TextSpan(0, first);
        var secondPart = left ? new TextSpan(_second.Count - second, _second.Count) : new TextSpan(0, second);
        return new EncodeResult(AppendRow(template, firstPart, secondPart, into), total - first - second, true);
    }

    /// <summary>
    /// Appends one input as as many rows as its text has windows, each with its special tokens and, of a pair, with the whole
    /// other text. A text that fits is one window.
    /// </summary>
    /// <param name="input">The input; of a pair the second text has the windows, or the first where the strategy is to cut only that.</param>
    /// <param name="options">Length of a window; nothing is cut.</param>
    /// <param name="overlap">Tokens that a window has in common with the one before it (Hugging Face's <c>stride</c>).</param>
    /// <param name="into">Takes the rows.</param>
    /// <param name="maxTokens">Tokens that all rows may have: one token a window apart, a long text would take its square in memory.</param>
    public EncodeResult EncodeWindows(in TextInput input, EncodeOptions options, int overlap, TokenBuffer into, long maxTokens = long.MaxValue)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(overlap);
        bool isPair = Tokenize(input, into.HasDetails);
        var template = Template(isPair, options);
        bool slidesFirst = !isPair || options.Strategy == TruncationStrategy.OnlyFirst;
        int fixedTokens = slidesFirst ? _second.Count : _first.Count, count = slidesFirst ? _first.Count : _second.Count;
        long room = (long)options.MaxLength - template.SpecialTokens - fixedTokens;
        if (room < count && room <= overlap) return EncodeResult.TooLong;
        long windows = count <= room ? 1 : 1 + (count - room + room - overlap - 1) / (room - overlap);
        if (windows * (template.SpecialTokens + fixedTokens) + (windows - 1) * overlap + count > maxTokens) return EncodeResult.TooManyTokens;
        int rows = 0, start = 0, end;
        do
        {
            end = (int)Math.Min(count, start + room);
            var window = new TextSpan(start, end);
            var whole = new TextSpan(0, fixedTokens);
            rows += slidesFirst ? AppendRow(template, window, whole, into) : AppendRow(template, whole, window, into);
            start = end - overlap;
        }
        while (end < count);
        return new EncodeResult(rows, 0, true);
    }

    public void Dispose()
    {
        if (_keep(this)) return;
        _segmenter.Dispose();
        _first.Dispose();
        _second.Dispose();
    }

    private bool Tokenize(in TextInput input, bool withDetails)
    {
        _first.Clear();
        _second.Clear();
        Tokenize(input.Text, 0, withDetails, _first);
        if (input.TextPair is null) return false;
        Tokenize(input.TextPair, 1, withDetails, _second);
        return true;
    }

    private void Tokenize(string text, int sequence, bool withDetails, TokenSequence into)
    {
        _segmenter.Tokenize(text, sequence, withDetails, into);
        if (withDetails) _parts.PostProcessor.Trimming?.Apply(into, text, _parts);
    }

    private SpecialTokenTemplate Template(bool isPair, EncodeOptions options) =>
        _parts.PostProcessor.For(isPair, options.AddSpecialTokens);

    private int AppendRow(SpecialTokenTemplate template, TextSpan first, TextSpan second, TokenBuffer into)
    {
        int before = into.Count;
        foreach (var piece in template.Pieces)
            switch (piece.Kind)
            {
                case TemplatePieceKind.First: _first.CopyTo(into, first.Start, first.End, piece.TypeId); break;
                case TemplatePieceKind.Second: _second.CopyTo(into, second.Start, second.End, piece.TypeId); break;
                default: into.AppendSpecial(piece.SpecialIds, piece.TypeId); break;
            }

        if (into.Count == before) return 0;
        into.EndRow();
        return 1;
    }
}
