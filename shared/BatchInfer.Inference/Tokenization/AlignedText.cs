namespace BatchInfer.Inference;

/// <summary>
/// A text on its way through normalisers and pre-tokenisers, and, where offsets are wanted, the place in the original text
/// that each of its characters stands for. Whoever creates it disposes it.
/// </summary>
internal sealed class AlignedText : IDisposable
{
    private readonly PooledBuffer<char> _chars = new();
    private readonly PooledBuffer<TextSpan> _origins = new();

    public ReadOnlySpan<char> Chars => _chars.Span;

    public int Length => _chars.Count;

    /// <summary>Whether the characters' origins are kept.</summary>
    public bool IsAligned { get; private set; }

    /// <summary>Whether it begins where the original text begins.</summary>
    public bool BeginsText { get; private set; }

    /// <summary>Makes it a part of the original text as it came.</summary>
    public void Reset(ReadOnlySpan<char> text, int originalStart, bool aligned)
    {
        _chars.Clear();
        _chars.Append(text);
        _origins.Clear();
        IsAligned = aligned;
        BeginsText = originalStart == 0;
        if (!aligned) return;
        for (int i = 0; i < text.Length; i++)
        {
            // The halves of a character beyond U+FFFF stand for all of it.
            int start = i, end = i + 1;
            if (char.IsLowSurrogate(text[i]) && i > 0 && char.IsHighSurrogate(text[i - 1])) start--;
            else if (char.IsHighSurrogate(text[i]) && end < text.Length && char.IsLowSurrogate(text[end])) end++;
            _origins.Append(new TextSpan(originalStart + start, originalStart + end));
        }
    }

    /// <summary>Makes it a part of another text.</summary>
    public void Reset(AlignedText source, int start, int end)
    {
        ResetFrom(source);
        BeginsText = source.BeginsText && start == 0;
        Copy(source, start, end - start);
    }

    /// <summary>Makes it empty, to be filled from a text with the same origin.</summary>
    public void ResetFrom(AlignedText source)
    {
        _chars.Clear();
        _origins.Clear();
        IsAligned = source.IsAligned;
        BeginsText = source.BeginsText;
    }

    /// <summary>Appends a character that stands for the one at a place of <paramref name="source"/>.</summary>
    public void Append(char c, AlignedText source, int at)
    {
        _chars.Append(c);
        if (IsAligned) _origins.Append(source.OriginAt(at));
    }

    /// <summary>Appends characters that all stand for the one at a place of <paramref name="source"/>.</summary>
    public void Append(ReadOnlySpan<char> chars, AlignedText source, int at)
    {
        _chars.Append(chars);
        if (IsAligned) _origins.Fill(source.OriginAt(at), chars.Length);
    }

    /// <summary>Appends characters of <paramref name="source"/> as they are.</summary>
    public void Copy(AlignedText source, int start, int length)
    {
        _chars.Append(source.Chars.Slice(start, length));
        if (IsAligned) _origins.Append(source._origins.Span.Slice(start, length));
    }

    /// <summary>The part of the original text that some characters stand for.</summary>
    public TextSpan Origin(int start, int end) => start < end ? new(_origins.Span[start].Start, _origins.Span[end - 1].End) : OriginAt(start);

    public void Dispose()
    {
        _chars.Dispose();
        _origins.Dispose();
    }

    // What is put before or after everything stands for no character.
    private TextSpan OriginAt(int at) => (uint)at < (uint)_origins.Count ? _origins.Span[at] : default;
}
