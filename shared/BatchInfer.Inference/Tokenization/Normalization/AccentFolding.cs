using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace BatchInfer.Inference;

/// <summary>
/// Canonical decomposition (Unicode's NFD) with the nonspacing marks left out: é to e. The table is a resource, since .NET
/// decomposes nothing where globalization is invariant.
/// </summary>
internal static class AccentFolding
{
    private const int FirstSyllable = 0xAC00, SyllableCount = 11172, VowelCount = 21, TrailCount = 28;
    private static readonly FrozenDictionary<int, string> Table = Read();

    public static bool TryFold(int codePoint, out ReadOnlySpan<char> folded)
    {
        bool found = Table.TryGetValue(codePoint, out string? text);
        folded = text;
        return found;
    }

    public static bool IsHangulSyllable(int codePoint) => (uint)(codePoint - FirstSyllable) < SyllableCount;

    /// <summary>Appends the two or three letters of a Korean syllable, by the arithmetic of the Unicode standard.</summary>
    public static void AppendJamo(int syllable, AlignedText text, int at, AlignedText into)
    {
        int index = syllable - FirstSyllable, trail = index % TrailCount;
        into.Append((char)(0x1100 + index / (VowelCount * TrailCount)), text, at);
        into.Append((char)(0x1161 + index % (VowelCount * TrailCount) / TrailCount), text, at);
        if (trail > 0) into.Append((char)(0x11A7 + trail), text, at);
    }

    // Each line of the resource: a code point in hex, a space, what is left of it.
    private static FrozenDictionary<int, string> Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("BatchInfer.Inference.accent-folding.txt")!;
        using var reader = new StreamReader(stream);
        var table = new Dictionary<int, string>();
        while (reader.ReadLine() is { } line)
        {
            int space = line.IndexOf(' ', StringComparison.Ordinal);
            table.Add(int.Parse(line.AsSpan(0, space), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), line[(space + 1)..]);
        }

        return table.ToFrozenDictionary();
    }
}
