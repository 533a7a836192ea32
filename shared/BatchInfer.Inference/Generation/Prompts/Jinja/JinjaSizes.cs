using System.Globalization;

namespace BatchInfer.Inference;

/// <summary>Bounds what a template makes: its steps bound how long it runs, and a text that is doubled needs few of them.</summary>
internal static class JinjaSizes
{
    /// <summary>Characters of one text, and of a list's or mapping's texts together where they become one.</summary>
    public const int MaxCharacters = 1 << 24;

    /// <summary>Elements of one list.</summary>
    public const int MaxElements = 1_000_000;

    // A list may be put into itself.
    private const int MaxDepth = 100;

    /// <summary>Refuses a text before it is made.</summary>
    public static void Allow(long characters)
    {
        if (characters > MaxCharacters)
            throw new ChatTemplateException(string.Create(CultureInfo.InvariantCulture, $"the template makes a text of more than {MaxCharacters} characters."));
    }

    /// <summary>Refuses a list before it is made.</summary>
    public static void AllowElements(long elements)
    {
        if (elements > MaxElements)
            throw new ChatTemplateException(string.Create(CultureInfo.InvariantCulture, $"the template makes a list of more than {MaxElements} elements."));
    }

    /// <summary>Refuses a value that is too large to become a text.</summary>
    public static void AllowText(object? value) => Allow(Of(value));

    /// <summary>Characters of a text in which each <paramref name="sought"/> was replaced.</summary>
    public static long Replaced(string text, string sought, string with) =>
        sought.Length == 0 || with.Length <= sought.Length ? text.Length : text.Length + (long)text.AsSpan().Count(sought) * (with.Length - sought.Length);

    /// <summary>Characters of a value, with what separates its elements. Stops where the limit is behind it.</summary>
    public static long Of(object? value, int depth = 0)
    {
        if (depth > MaxDepth) throw new ChatTemplateException($"the template nests lists more than {MaxDepth} deep.");
        long size = 8;
        switch (value)
        {
            case string text:
                return text.Length;
            case List<object?> list:
                foreach (object? item in list)
                    if ((size += 4 + Of(item, depth + 1)) > MaxCharacters) break;
                return size;
            case Dictionary<string, object?> members:
                foreach (var (name, item) in members)
                    if ((size += 8 + name.Length + Of(item, depth + 1)) > MaxCharacters) break;
                return size;
            default:
                return 24;
        }
    }
}
