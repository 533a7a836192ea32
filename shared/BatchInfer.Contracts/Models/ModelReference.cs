using System.Buffers;

namespace BatchInfer.Contracts;

/// <summary>A model as users write it: <c>NAME</c>, the revision that the name stands for, or <c>NAME@REVISION</c>.</summary>
/// <param name="Name">Name of the model.</param>
/// <param name="Revision">The revision or its beginning, in lower case; null for the one that the name stands for.</param>
public sealed record ModelReference(string Name, string? Revision)
{
    /// <summary>Digits that a revision's beginning has at least: fewer are soon ambiguous.</summary>
    public const int ShortestRevision = 6;

    private const int LongestRevision = 64, ShownRevision = 12;
    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdefABCDEF");

    /// <summary>Reads a reference. A name may hold an @ itself: only hex digits behind the last one are a revision.</summary>
    public static ModelReference Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        int at = text.LastIndexOf('@');
        return at > 0 && IsRevision(text.AsSpan(at + 1)) ? new ModelReference(text[..at], text[(at + 1)..].ToLowerInvariant()) : new ModelReference(text, null);
    }

    /// <summary>Whether a text is a revision, or enough of its beginning.</summary>
    public static bool IsRevision(ReadOnlySpan<char> text) =>
        text.Length is >= ShortestRevision and <= LongestRevision && !text.ContainsAnyExcept(HexDigits);

    /// <summary>Whether a revision is the one that is meant.</summary>
    public bool Matches(string revision) => Revision is null || (revision?.StartsWith(Revision, StringComparison.Ordinal) ?? false);

    /// <summary>As much of a revision as people compare.</summary>
    public static string Abbreviate(string revision)
    {
        ArgumentNullException.ThrowIfNull(revision);
        return revision[..Math.Min(ShownRevision, revision.Length)];
    }

    /// <inheritdoc/>
    public override string ToString() => Revision is null ? Name : $"{Name}@{Revision}";
}
