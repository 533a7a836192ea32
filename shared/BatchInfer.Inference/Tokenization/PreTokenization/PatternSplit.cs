namespace BatchInfer.Inference;

/// <summary>Splits at what a pattern finds.</summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    // The reference has a second engine for this, in which joiners are word characters and superscripts are not.
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u200C\u200D\u24B6-\u24E9";

    /// <summary><c>Whitespace</c>: words, and what is neither word nor white space.</summary>
    public static PatternSplit Words() => new(TextPattern.Expression($"[{Word}]+|[^{Word}\\s]+"), SplitBehavior.Removed, invert: true);

    public void Split(TextPieces pieces)
    {
        foreach (var piece in pieces.Pieces)
        {
            var splitter = new PieceSplitter(behavior, invert, pieces);
            int from = piece.Start;
            foreach (var match in pattern.Matches(pieces.Text.Chars[piece.Start..piece.End]))
                from = splitter.Match(from, new TextSpan(piece.Start + match.Start, piece.Start + match.End));
            splitter.End(from, piece.End);
        }

        pieces.Replace();
    }
}
