using System.Text;

namespace BatchInfer.Inference;

/// <summary>Hugging Face's <c>BertPreTokenizer</c>: words end at white space, and each punctuation mark is a word.</summary>
internal static class BertPreTokenizer
{
    /// <summary>Appends the words of a normalised text with a space between them.</summary>
    public static void Split(ReadOnlySpan<char> text, PooledBuffer<char> words)
    {
        while (!text.IsEmpty)
        {
            Rune.DecodeFromUtf16(text, out var rune, out int length);
            if (Rune.IsWhiteSpace(rune))
            {
                words.Append(' ');
            }
            else if (IsPunctuation(rune))
            {
                words.Append(' ');
                words.Append(text[..length]);
                words.Append(' ');
            }
            else
            {
                words.Append(text[..length]);
            }

            text = text[length..];
        }
    }

    // BERT counts all ASCII symbols as punctuation, $ and + among them.
    private static bool IsPunctuation(Rune rune) => rune.IsAscii
        ? rune.Value > ' ' && rune.Value < 0x7F && !char.IsAsciiLetterOrDigit((char)rune.Value)
        : Rune.IsPunctuation(rune);
}
