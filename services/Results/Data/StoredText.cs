using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace BatchInfer.Results.Data;

/// <summary>
/// A corpus may hold U+0000, which PostgreSQL's text cannot hold and SQLite's ends at. It is stored as U+001A U+0030, and
/// U+001A itself twice, so that every text comes back exactly as it was.
/// </summary>
internal static class StoredText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("\0\u001A");

    [return: NotNullIfNotNull(nameof(text))]
    public static string? Encode(string? text) =>
        text is null || !text.AsSpan().ContainsAny(Special)
            ? text
            : text.Replace("\u001A", "\u001A\u001A", StringComparison.Ordinal).Replace("\0", "\u001A0", StringComparison.Ordinal);

    public static string Decode(string text)
    {
        if (!text.Contains('\u001A', StringComparison.Ordinal)) return text;
        var decoded = new System.Text.StringBuilder(text.Length);
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '\u001A' && i + 1 < text.Length) decoded.Append(text[++i] == '0' ? '\0' : text[i]);
            else decoded.Append(text[i]);
        }

        return decoded.ToString();
    }
}
