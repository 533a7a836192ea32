using System.Text;

namespace BatchInfer.Inference;

/// <summary>A character class of an Oniguruma expression, such as <c>[^\s\p{L}[,.]]</c>, in .NET's syntax.</summary>
/// <param name="pattern">The expression.</param>
/// <param name="start">Where its bracket stands.</param>
/// <param name="named">Takes characters that the expression names.</param>
internal readonly struct OnigurumaClass(string pattern, int start, List<(char First, char Last)> named)
{
    public string Translate(out int end)
    {
        var (inside, negated) = Inside(out end);
        return negated ? $"[^{inside}]" : $"[{inside}]";
    }

    private (string Inside, bool Negated) Inside(out int end)
    {
        var inside = new StringBuilder();
        int at = start + 1;
        bool negated = at < pattern.Length && pattern[at] == '^';
        if (negated) at++;
        for (int first = at; at < pattern.Length && (pattern[at] != ']' || at == first);)
        {
            if (pattern.AsSpan(at).StartsWith("&&")) throw new NotSupportedException("it has && in a character class");
            if (pattern.AsSpan(at).StartsWith("[:")) throw new NotSupportedException($"it has {pattern[at..Math.Min(pattern.Length, at + 10)]}");
            if (pattern[at] == '[') Append(new OnigurumaClass(pattern, at, named).Inside(out at), inside);
            else if (pattern[at] == '\\' && !new OnigurumaEscape(pattern, at, named).IsCharacter) Append(new OnigurumaEscape(pattern, at, named).Inside(out at), inside);
            else AppendRange(ref at, inside);
        }

        if (at >= pattern.Length) throw new NotSupportedException("it has an unmatched [");
        end = at + 1;
        return (inside.ToString(), negated);
    }

    // All but something is said by a property or a list of ranges; in a list of several things .NET can say it only of a single property.
    private static void Append((string Inside, bool Negated) part, StringBuilder into)
    {
        if (!part.Negated) into.Append(part.Inside);
        else if (part.Inside.StartsWith(@"\p{", StringComparison.Ordinal) && part.Inside.IndexOf('}', StringComparison.Ordinal) == part.Inside.Length - 1)
            into.Append(@"\P").Append(part.Inside.AsSpan(2));
        else if (part.Inside == @"\t-\r\u0085\p{Z}") into.Append(@"\S");
        else throw new NotSupportedException($"it has [^{part.Inside}] in a character class");
    }

    private void AppendRange(ref int at, StringBuilder into)
    {
        char first = Character(ref at), last = first;
        if (at + 1 < pattern.Length && pattern[at] == '-' && pattern[at + 1] != ']' && (pattern[at + 1] != '\\' || new OnigurumaEscape(pattern, at + 1, named).IsCharacter))
        {
            at++;
            last = Character(ref at);
            if (last < first) throw new NotSupportedException("it has a range that ends before it begins");
        }

        named.Add((first, last));
        into.Append(OnigurumaEscape.Escape(first));
        if (last > first) into.Append('-').Append(OnigurumaEscape.Escape(last));
    }

    private char Character(ref int at)
    {
        if (pattern[at] == '\\') return new OnigurumaEscape(pattern, at, named).Character(out at);
        return char.IsSurrogate(pattern[at])
            ? throw new NotSupportedException($"it names the character {pattern.AsSpan(at, Math.Min(2, pattern.Length - at))}")
            : pattern[at++];
    }
}
