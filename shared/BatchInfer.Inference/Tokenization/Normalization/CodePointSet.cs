namespace BatchInfer.Inference;

/// <summary>A set of code points: a bit for each up to U+FFFF, ranges beyond.</summary>
internal sealed class CodePointSet
{
    private readonly ulong[] _bits = new ulong[0x10000 / 64];
    private readonly List<(int First, int Last)> _beyond = [];

    /// <summary>Adds a range; ranges come in order.</summary>
    public void Add(int first, int last)
    {
        for (int c = first; c <= Math.Min(last, 0xFFFF); c++) _bits[c >> 6] |= 1UL << c;
        if (last > 0xFFFF) _beyond.Add((Math.Max(first, 0x10000), last));
    }

    public bool Contains(int codePoint)
    {
        if (codePoint <= 0xFFFF) return (_bits[codePoint >> 6] >> codePoint & 1) != 0;
        foreach (var (first, last) in _beyond)
            if (codePoint <= last) return codePoint >= first;
        return false;
    }
}
