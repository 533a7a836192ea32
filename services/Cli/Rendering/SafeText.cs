using System.Text;

namespace BatchInfer.Cli.Rendering;

/// <summary>Text of a corpus or a server made harmless for a terminal, which obeys control characters wherever they come from.</summary>
internal static class SafeText
{
    /// <summary>One line without control characters, cut to <paramref name="maxLength"/> UTF-16 units with an ellipsis.</summary>
    public static string Clean(string? text, int maxLength = int.MaxValue)
    {
        if (string.IsNullOrEmpty(text)) return "";
        var clean = new StringBuilder(Math.Min(text.Length, maxLength));
        foreach (var rune in text.EnumerateRunes())
        {
            if (clean.Length + rune.Utf16SequenceLength > maxLength)
            {
                while (clean.Length >= maxLength) clean.Length -= char.IsLowSurrogate(clean[^1]) ? 2 : 1;
                return clean.Append('…').ToString();
            }

            if (rune.Value is '\n' or '\r' or '\t' or 0x2028 or 0x2029) clean.Append(' ');
            else if (!Rune.IsControl(rune) && !TurnsDirection(rune.Value)) clean.Append(rune);
        }

        return clean.ToString();
    }

    // Embeddings, overrides and isolates can make a line show other words than it holds, and reach over the cell's end.
    private static bool TurnsDirection(int value) => value is (>= 0x202A and <= 0x202E) or (>= 0x2066 and <= 0x2069);
}
