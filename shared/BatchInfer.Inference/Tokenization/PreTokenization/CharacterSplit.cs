using System.Text;

namespace BatchInfer.Inference;

/// <summary>Splits at characters of a kind.</summary>
internal sealed class CharacterSplit(Func<Rune, bool> isMatch, SplitBehavior behavior) : IPreTokenizer
{
    /// <summary><c>WhitespaceSplit</c>.</summary>
    public static CharacterSplit WhiteSpace() => new(Rune.IsWhiteSpace, SplitBehavior.Removed);

    /// <summary><c>Punctuation</c>.</summary>
    public static CharacterSplit Punctuation(SplitBehavior behavior) => new(c => UnicodeTables.Punctuation.Contains(c.Value), behavior);

    /// <summary><c>Digits</c>: numbers, each digit by itself or together.</summary>
    public static CharacterSplit Digits(bool individual) => new(Rune.IsNumber, individual ? SplitBehavior.Isolated : SplitBehavior.Contiguous);

    /// <summary><c>CharDelimiterSplit</c>.</summary>
    public static CharacterSplit Delimiter(Rune delimiter) => new(c => c == delimiter, SplitBehavior.Removed);

    public void Split(TextPieces pieces)
    {
        var text = pieces.Text.Chars;
        foreach (var piece in pieces.Pieces)
        {
            var splitter = new PieceSplitter(behavior, invert: false, pieces);
            int from = piece.Start;
            for (int at = piece.Start; at < piece.End;)
            {
                Rune.DecodeFromUtf16(text[at..piece.End], out var rune, out int length);
                if (isMatch(rune)) from = splitter.Match(from, new TextSpan(at, at + length));
                at += length;
            }

            splitter.End(from, piece.End);
        }

        pieces.Replace();
    }
}
