namespace BatchInfer.Inference;

/// <summary>Scripts that patterns of published tokenizers name.</summary>
internal static class UnicodeScripts
{
    public static readonly CodePointSet Han = Set(
        0x2E80, 0x2E99, 0x2E9B, 0x2EF3, 0x2F00, 0x2FD5, 0x3005, 0x3005, 0x3007, 0x3007, 0x3021, 0x3029, 0x3038, 0x303B, 0x3400, 0x4DBF,
        0x4E00, 0x9FFF, 0xF900, 0xFA6D, 0xFA70, 0xFAD9, 0x16FE2, 0x16FE3, 0x16FF0, 0x16FF1, 0x20000, 0x2A6DF, 0x2A700, 0x2B739,
        0x2B740, 0x2B81D, 0x2B820, 0x2CEA1, 0x2CEB0, 0x2EBE0, 0x2EBF0, 0x2EE5D, 0x2F800, 0x2FA1D, 0x30000, 0x3134A, 0x31350, 0x323AF);

    public static readonly CodePointSet Hiragana = Set(
        0x3041, 0x3096, 0x309D, 0x309F, 0x1B001, 0x1B11F, 0x1B132, 0x1B132, 0x1B150, 0x1B152, 0x1F200, 0x1F200);

    public static readonly CodePointSet Katakana = Set(
        0x30A1, 0x30FA, 0x30FD, 0x30FF, 0x31F0, 0x31FF, 0x32D0, 0x32FE, 0x3300, 0x3357, 0xFF66, 0xFF6F, 0xFF71, 0xFF9D,
        0x1AFF0, 0x1AFF3, 0x1AFF5, 0x1AFFB, 0x1AFFD, 0x1AFFE, 0x1B000, 0x1B000, 0x1B120, 0x1B122, 0x1B155, 0x1B155, 0x1B164, 0x1B167);

    /// <summary>The characters up to U+FFFF of a script, as the inside of a character class, or null for one that is not known.</summary>
    public static string? ClassOf(string script) => script.ToUpperInvariant() switch
    {
        "HAN" => @"\u2E80-\u2E99\u2E9B-\u2EF3\u2F00-\u2FD5\u3005\u3007\u3021-\u3029\u3038-\u303B\u3400-\u4DBF\u4E00-\u9FFF\uF900-\uFA6D\uFA70-\uFAD9",
        "HIRAGANA" => @"\u3041-\u3096\u309D-\u309F",
        "KATAKANA" => @"\u30A1-\u30FA\u30FD-\u30FF\u31F0-\u31FF\u32D0-\u32FE\u3300-\u3357\uFF66-\uFF6F\uFF71-\uFF9D",
        _ => null,
    };

    /// <summary>Letters in circles and squares, which count as letters of a word though they are symbols.</summary>
    public static bool IsLetteredSymbol(int codePoint) => codePoint is >= 0x1F130 and <= 0x1F149 or >= 0x1F150 and <= 0x1F169 or >= 0x1F170 and <= 0x1F189;

    private static CodePointSet Set(params ReadOnlySpan<int> ranges)
    {
        var set = new CodePointSet();
        for (int i = 0; i < ranges.Length; i += 2) set.Add(ranges[i], ranges[i + 1]);
        return set;
    }
}
