namespace BatchInfer.Inference;

/// <summary>SentencePiece's: spaces become a visible mark, and each word begins with one.</summary>
/// <param name="mark">The mark, usually <c>▁</c>.</param>
/// <param name="scheme">Before which pieces a mark is put that have none.</param>
/// <param name="split">Whether to cut before each mark.</param>
internal sealed class MetaspacePreTokenizer(char mark, PrependScheme scheme, bool split) : IPreTokenizer
{
    public void Split(TextPieces pieces)
    {
        var (text, into) = (pieces.Text, pieces.BeginRewriting());
        foreach (var piece in pieces.Pieces)
        {
            int start = into.Length;
            Rewrite(text, piece, into);
            if (split) Cut(into.Chars, start, into.Length, pieces);
            else pieces.Append(start, into.Length);
        }

        pieces.ReplaceRewritten();
    }

    private void Rewrite(AlignedText text, TextSpan piece, AlignedText into)
    {
        var chars = text.Chars;
        bool isFirst = piece.Start == 0 && text.BeginsText;
        if (chars[piece.Start] is var first && first != ' ' && first != mark && (scheme == PrependScheme.Always || (scheme == PrependScheme.First && isFirst)))
            into.Append(mark, text, piece.Start);
        for (int from = piece.Start; from < piece.End;)
        {
            int run = chars[from..piece.End].IndexOf(' ');
            if (run < 0) run = piece.End - from;
            into.Copy(text, from, run);
            from += run;
            if (from < piece.End) into.Append(mark, text, from++);
        }
    }

    private void Cut(ReadOnlySpan<char> text, int start, int end, TextPieces pieces)
    {
        for (int at = start + 1; at < end; at++)
            if (text[at] == mark)
            {
                pieces.Append(start, at);
                start = at;
            }

        pieces.Append(start, end);
    }
}
