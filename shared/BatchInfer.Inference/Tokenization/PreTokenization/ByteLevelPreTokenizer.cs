namespace BatchInfer.Inference;

/// <summary>GPT-2's: words with the space before them, each byte of their UTF-8 written as a character of its own.</summary>
/// <param name="addPrefixSpace">Whether a text that begins with no space gets one.</param>
/// <param name="cutWords">Whether it is cut into words; otherwise something before it has done so.</param>
internal sealed class ByteLevelPreTokenizer(bool addPrefixSpace, bool cutWords) : IPreTokenizer
{
    public void Split(TextPieces pieces)
    {
        if (addPrefixSpace) AddSpaces(pieces);
        var (text, into) = (pieces.Text, pieces.BeginRewriting());
        foreach (var piece in pieces.Pieces)
            for (int from = piece.Start; from < piece.End;)
            {
                int end = cutWords ? Gpt2Words.EndOfWord(text.Chars[..piece.End], from) : piece.End, start = into.Length;
                ByteAlphabet.Append(text, from, end, into);
                pieces.Append(start, into.Length);
                from = end;
            }

        pieces.ReplaceRewritten();
    }

    private static void AddSpaces(TextPieces pieces)
    {
        var (text, into) = (pieces.Text, pieces.BeginRewriting());
        foreach (var piece in pieces.Pieces)
        {
            int start = into.Length;
            if (text.Chars[piece.Start] != ' ') into.Append(' ', text, piece.Start);
            into.Copy(text, piece.Start, piece.Length);
            pieces.Append(start, into.Length);
        }

        pieces.ReplaceRewritten();
    }
}
