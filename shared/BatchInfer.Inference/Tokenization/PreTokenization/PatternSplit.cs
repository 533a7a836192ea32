namespace BatchInfer.Inference;

/// <summary>Splits at what a pattern finds.</summary>
internal sealed class PatternSplit(TextPattern pattern, SplitBehavior behavior, bool invert) : IPreTokenizer
{
    /// <summary><c>Whitespace</c>: words, and what is neither word nor white space.</summary>
    public static PatternSplit Words() => new(TextPattern.Expression(@"\w+|[^\w\s]+"), SplitBehavior.Removed, invert: true);

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
