using System.Text;

namespace BatchInfer.Inference;

/// <summary>Takes characters out, or puts a space in their place.</summary>
/// <param name="isRemoved">Which are taken out.</param>
/// <param name="isSpace">Which become a space.</param>
internal sealed class CharacterFilter(Func<int, bool> isRemoved, Func<int, bool> isSpace) : INormalizer
{
    /// <summary><c>StripAccents</c>: combining marks go; accents that are part of a character stay.</summary>
    public static CharacterFilter StripAccents() => new(UnicodeTables.Marks.Contains, _ => false);

    /// <summary><c>Nmt</c>: control characters go, odd white space becomes a space.</summary>
    public static CharacterFilter Nmt() => new(
        c => c is >= 0x01 and <= 0x08 or 0x0B or >= 0x0E and <= 0x1F or 0x7F or 0x8F or 0x9F,
        c => c is 0x09 or 0x0A or 0x0C or 0x0D or 0x1680 or >= 0x200B and <= 0x200F or 0x2028 or 0x2029 or 0x2581 or 0xFEFF or 0xFFFD);

    public void Normalize(AlignedText text, AlignedText into)
    {
        var chars = text.Chars;
        for (int at = 0; at < chars.Length;)
        {
            Rune.DecodeFromUtf16(chars[at..], out var rune, out int length);
            if (isSpace(rune.Value)) into.Append(' ', text, at);
            else if (!isRemoved(rune.Value)) into.Copy(text, at, length);
            at += length;
        }
    }
}
