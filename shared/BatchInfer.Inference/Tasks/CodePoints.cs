using System.Text;

namespace BatchInfer.Inference;

/// <summary>Places in a text counted in Unicode code points, as Hugging Face's pipelines count them, from places in UTF-16.</summary>
internal ref struct CodePoints(string text)
{
    private int _utf16, _count;

    /// <summary>Code points before a place; cheap for places that only grow.</summary>
    public int At(int utf16)
    {
        if (utf16 < _utf16) (_utf16, _count) = (0, 0);
        _count += Count(text.AsSpan(_utf16..utf16));
        _utf16 = utf16;
        return _count;
    }

    /// <summary>How many code points a text has; half a surrogate pair counts as one.</summary>
    public static int Count(ReadOnlySpan<char> text)
    {
        int count = 0;
        while (!text.IsEmpty)
        {
            int surrogate = text.IndexOfAnyInRange('\uD800', '\uDFFF');
            if (surrogate < 0) return count + text.Length;
            Rune.DecodeFromUtf16(text[surrogate..], out _, out int length);
            count += surrogate + 1;
            text = text[(surrogate + length)..];
        }

        return count;
    }
}
