using System.Text.RegularExpressions;

namespace BatchInfer.Inference;

/// <summary>A text or a regular expression to look for. Shared by all threads.</summary>
internal sealed class TextPattern
{
    // A pattern that backtracks without end would hold its worker for ever.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    [ThreadStatic] private static PatternScratch? _scratch;

    private readonly string? _literal;
    private readonly Regex? _regex;
    private readonly CodePointProjection? _projection;

    private TextPattern(string? literal, Regex? regex, CodePointProjection? projection) =>
        (_literal, _regex, _projection) = (literal, regex, projection);

    public static TextPattern Literal(string text) => new(text, null, null);

    /// <summary>A regular expression in Oniguruma's syntax, which the reference uses.</summary>
    /// <exception cref="NotSupportedException">It has something that cannot be said in .NET's; the message names it.</exception>
    /// <exception cref="ArgumentException">It is not a regular expression.</exception>
    public static TextPattern Expression(string pattern)
    {
        var translated = new OnigurumaTranslator(pattern).Translate();
        return new TextPattern(null, new Regex(translated.Pattern, RegexOptions.CultureInvariant | RegexOptions.Compiled, Timeout), translated.Projection);
    }

    /// <summary>All matches in order, none over another; to be used before the next call on this thread.</summary>
    public ReadOnlySpan<TextSpan> Matches(ReadOnlySpan<char> text)
    {
        var scratch = _scratch ??= new PatternScratch();
        scratch.Matches.Clear();
        if (_literal is not null) FindLiteral(text, _literal, scratch.Matches);
        else if (text.IndexOfAnyInRange('\uD800', '\uDFFF') < 0) FindExpression(text, scratch.Matches);
        else FindProjected(text, scratch);
        return scratch.Matches.Span;
    }

    private static void FindLiteral(ReadOnlySpan<char> text, string literal, PooledBuffer<TextSpan> matches)
    {
        if (literal.Length == 0) return;
        for (int from = 0; text[from..].IndexOf(literal, StringComparison.Ordinal) is >= 0 and var at; from += at + literal.Length)
            matches.Append(new TextSpan(from + at, from + at + literal.Length));
    }

    private void FindExpression(ReadOnlySpan<char> text, PooledBuffer<TextSpan> matches)
    {
        int last = -1;
        foreach (var match in _regex!.EnumerateMatches(text))
        {
            // The reference gives no empty match right behind another one.
            if (match.Length == 0 && match.Index == last) continue;
            last = match.Index + match.Length;
            matches.Append(new TextSpan(match.Index, last));
        }
    }

    // .NET's expressions see the halves of a character beyond U+FFFF as two characters that are no letters: such text is searched
    // with a single character of the same properties in the place of each.
    private void FindProjected(ReadOnlySpan<char> text, PatternScratch scratch)
    {
        _projection!.Project(text, scratch.Projected, scratch.Positions);
        FindExpression(scratch.Projected.Span, scratch.Matches);
        foreach (ref var match in scratch.Matches.MutableSpan)
            match = new TextSpan(scratch.Positions.Span[match.Start], scratch.Positions.Span[match.End]);
    }

    private sealed class PatternScratch
    {
        public PooledBuffer<TextSpan> Matches { get; } = new();

        public PooledBuffer<char> Projected { get; } = new();

        public PooledBuffer<int> Positions { get; } = new();
    }
}
