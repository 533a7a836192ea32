using System.Collections.Frozen;
using System.Globalization;
using System.Reflection;

namespace BatchInfer.Inference;

/// <summary>
/// Decompositions, combining classes and character sets as the reference tokenizers have them. They are a resource, since .NET
/// decomposes nothing where globalization is invariant, and since models were trained with those older versions of Unicode.
/// </summary>
internal static class UnicodeTables
{
    private static readonly Lazy<Tables> Loaded = new(Read);

    /// <summary>Marks that <c>StripAccents</c> takes out.</summary>
    public static CodePointSet Marks => Loaded.Value.Sets["mark"];

    /// <summary>Marks that BERT's normaliser takes out of decomposed text.</summary>
    public static CodePointSet NonspacingMarks => Loaded.Value.Sets["nonspacing"];

    /// <summary>What BERT's normaliser takes out of any text.</summary>
    public static CodePointSet Controls => Loaded.Value.Sets["control"];

    /// <summary>Punctuation, all symbols of ASCII among it.</summary>
    public static CodePointSet Punctuation => Loaded.Value.Sets["punctuation"];

    /// <summary>The full decomposition of a character, Korean syllables excepted.</summary>
    public static bool TryDecompose(int codePoint, bool compatible, out ReadOnlySpan<char> decomposed)
    {
        var tables = Loaded.Value;
        if (!(compatible && tables.Compatible.TryGetValue(codePoint, out string? text))) tables.Canonical.TryGetValue(codePoint, out text);
        decomposed = text;
        return text is not null;
    }

    /// <summary>Canonical combining class; 0 begins a character.</summary>
    public static byte CombiningClass(int codePoint) => Loaded.Value.Classes.GetValueOrDefault(codePoint);

    /// <summary>The character that two compose to.</summary>
    public static bool TryCompose(int first, int second, out int composed) => Loaded.Value.Pairs.TryGetValue(PairKey(first, second), out composed);

    private static long PairKey(int first, int second) => ((long)first << 32) | (uint)second;

    // Lines of a kind, code points in hex, and for a combining class its number.
    private static Tables Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("BatchInfer.Inference.unicode.txt")!;
        using var reader = new StreamReader(stream);
        Dictionary<int, string> canonical = [], compatible = [];
        Dictionary<int, byte> classes = [];
        Dictionary<long, int> pairs = [];
        Dictionary<string, CodePointSet> sets = [];
        while (reader.ReadLine() is { } line)
        {
            string[] fields = line.Split(' ');
            int codePoint = Hex(fields[1]);
            switch (fields[0])
            {
                case "canonical": canonical[codePoint] = Text(fields); break;
                case "compatible": compatible[codePoint] = Text(fields); break;
                case "class": classes[codePoint] = byte.Parse(fields[2], CultureInfo.InvariantCulture); break;
                case "pair": pairs[PairKey(Hex(fields[2]), Hex(fields[3]))] = codePoint; break;
                default:
                    if (!sets.TryGetValue(fields[0], out var set)) sets[fields[0]] = set = new CodePointSet();
                    set.Add(codePoint, Hex(fields[2]));
                    break;
            }
        }

        return new Tables(canonical.ToFrozenDictionary(), compatible.ToFrozenDictionary(), classes.ToFrozenDictionary(), pairs.ToFrozenDictionary(), sets);
    }

    private static string Text(string[] fields) => string.Concat(fields.Skip(2).Select(f => char.ConvertFromUtf32(Hex(f))));

    private static int Hex(string field) => int.Parse(field, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private sealed record Tables(
        FrozenDictionary<int, string> Canonical, FrozenDictionary<int, string> Compatible, FrozenDictionary<int, byte> Classes,
        FrozenDictionary<long, int> Pairs, Dictionary<string, CodePointSet> Sets);
}
