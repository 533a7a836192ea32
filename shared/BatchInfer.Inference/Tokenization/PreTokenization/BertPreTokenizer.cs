using System.Text;

namespace BatchInfer.Inference;

/// <summary>Hugging Face's <c>BertPreTokenizer</c>: words end at white space, and each punctuation mark is a word.</summary>
internal sealed class BertPreTokenizer : IPreTokenizer
{
    public void Split(TextPieces pieces)
    {
        var text = pieces.Text.Chars;
        foreach (var piece in pieces.Pieces)
        {
            int word = piece.Start;
            for (int at = piece.Start; at < piece.End;)
            {
                char c = text[at];
                if (char.IsAsciiLetterOrDigit(c))
                {
                    at++;
                    continue;
                }

                Rune.DecodeFromUtf16(text[at..piece.End], out var rune, out int length);
                bool isSpace = Rune.IsWhiteSpace(rune);
                if (isSpace || UnicodeTables.Punctuation.Contains(rune.Value))
                {
                    pieces.Append(word, at);
                    word = at + length;
                    if (!isSpace) pieces.Append(at, word);
                }

                at += length;
            }

            pieces.Append(word, piece.End);
        }

        pieces.Replace();
    }
}
