using System.Text;

namespace BatchInfer.Inference;

/// <summary>
/// Says an Oniguruma regular expression in .NET's syntax. What means something else there is rewritten (possessive quantifiers, word
/// characters, line ends, nested classes); what cannot be said is refused by name.
/// </summary>
internal sealed class OnigurumaTranslator(string pattern)
{
    private readonly StringBuilder _out = new();
    private readonly List<(char First, char Last)> _named = [];
    private int _at, _atom;
    private bool _ignoreCase;

    /// <exception cref="NotSupportedException">It has something that cannot be said; the message names it.</exception>
    public (string Pattern, CodePointProjection Projection) Translate()
    {
        TranslateAlternatives(depth: 0);
        if (_at < pattern.Length) throw Refuse("an unmatched )");
        return (_out.ToString(), new CodePointProjection(c => _named.Exists(r => c >= r.First && c <= r.Last)));
    }

    private void TranslateAlternatives(int depth)
    {
        // Nesting costs stack here and in .NET's own parser.
        if (depth > 100) throw Refuse("more than 100 nested groups");
        bool ignoreCase = _ignoreCase;
        _atom = -1;
        while (_at < pattern.Length && pattern[_at] != ')')
        {
            char c = pattern[_at];
            switch (c)
            {
                case '|':
                    _out.Append(c);
                    (_at, _atom) = (_at + 1, -1);
                    break;
                case '(': TranslateGroup(depth); break;
                case '*' or '+' or '?': TranslateQuantifier(c.ToString(), _at + 1); break;
                case '{' when TryReadInterval(out string interval, out int end): TranslateInterval(interval, end); break;
                default: TranslateAtom(c); break;
            }
        }

        _ignoreCase = ignoreCase;
    }

    private void TranslateGroup(int depth)
    {
        int start = _out.Length;
        string rest = pattern[_at..];
        if (!rest.StartsWith("(?", StringComparison.Ordinal))
        {
            // Nothing looks at what a group held.
            _out.Append("(?:");
            _at++;
        }
        else if (((string[])["(?:", "(?=", "(?!", "(?>", "(?<=", "(?<!"]).FirstOrDefault(p => rest.StartsWith(p, StringComparison.Ordinal)) is { } prefix)
        {
            _out.Append(prefix);
            _at += prefix.Length;
        }
        else
        {
            TranslateFlags(depth, start);
            return;
        }

        bool ignoreCase = _ignoreCase;
        EndGroup(depth, start);
        _ignoreCase = ignoreCase;
    }

    // (?i), (?i:…) and the same with m, x, -.
    private void TranslateFlags(int depth, int start)
    {
        int end = pattern.AsSpan(_at + 2).IndexOfAnyExcept("imx-");
        if (end < 0 || pattern[_at + 2 + end] is not (':' or ')')) throw Refuse($"the group {Excerpt(_at)}");
        string flags = pattern.Substring(_at + 2, end);
        bool opens = pattern[_at + 2 + end] == ':', before = _ignoreCase;
        int minus = flags.IndexOf('-', StringComparison.Ordinal), letter = flags.IndexOf('i', StringComparison.Ordinal);
        if (letter >= 0) _ignoreCase = minus < 0 || letter < minus;

        // Oniguruma's m lets a dot match a line end, which .NET calls s.
        _out.Append("(?").Append(flags.Replace('m', 's')).Append(opens ? ':' : ')');
        _at += end + 3;
        if (!opens)
        {
            _atom = -1;
            return;
        }

        EndGroup(depth, start);
        _ignoreCase = before;
    }

    private void EndGroup(int depth, int start)
    {
        TranslateAlternatives(depth + 1);
        if (_at >= pattern.Length) throw Refuse("an unmatched (");
        _out.Append(')');
        _at++;
        _atom = start;
    }

    // x*+ gives nothing back: (?>x*).
    private void TranslateQuantifier(string quantifier, int end)
    {
        if (_atom < 0) throw Refuse($"{quantifier} with nothing before it");
        _out.Append(quantifier);
        _at = end;
        if (_at < pattern.Length && pattern[_at] == '?')
        {
            _out.Append('?');
            _at++;
        }
        else if (_at < pattern.Length && pattern[_at] == '+')
        {
            _out.Insert(_atom, "(?>").Append(')');
            _at++;
        }
        else
        {
            // A quantifier on a quantifier, which .NET refuses, is one on a group.
            _out.Insert(_atom, "(?:").Append(')');
        }
    }

    // {2,3}+ is no possessive one: it is repeated as a whole.
    private void TranslateInterval(string interval, int end)
    {
        if (_atom < 0) throw Refuse($"{interval} with nothing before it");
        _out.Append(interval);
        _at = end;
        if (_at < pattern.Length && pattern[_at] == '?')
        {
            _out.Append('?');
            _at++;
        }

        _out.Insert(_atom, "(?:").Append(')');
    }

    private bool TryReadInterval(out string interval, out int end)
    {
        int at = _at + 1, comma = -1;
        for (; at < pattern.Length && (char.IsAsciiDigit(pattern[at]) || (pattern[at] == ',' && comma < 0)); at++)
            if (pattern[at] == ',') comma = at;
        end = at + 1;
        interval = "";
        if (at >= pattern.Length || pattern[at] != '}' || at == _at + 1 || (comma == _at + 1 && at == comma + 1)) return false;
        interval = comma == _at + 1 ? "{0" + pattern[comma..end] : pattern[_at..end];
        return true;
    }

    private void TranslateAtom(char c)
    {
        _atom = _out.Length;
        switch (c)
        {
            case '[':
                _out.Append(new OnigurumaClass(pattern, _at, _named).Translate(out _at));
                break;
            case '\\':
                _out.Append(new OnigurumaEscape(pattern, _at, _named).Translate(out _at));
                break;
            case '^' or '$':
                _out.Append("(?m:").Append(c).Append(')');
                _at++;
                break;
            case '.':
                _out.Append(c);
                _at++;
                break;
            default:
                if (char.IsSurrogate(c)) throw Refuse($"the character {Excerpt(_at)}");
                _named.Add((c, c));

                // The long s is another s to the reference, and not to .NET.
                if (_ignoreCase && c is 's' or 'S') _out.Append("[sS\u017F]");
                else OnigurumaEscape.AppendLiteral(c, _out);
                _at++;
                break;
        }
    }

    private string Excerpt(int at) => pattern[at..Math.Min(pattern.Length, at + 8)];

    private static NotSupportedException Refuse(string what) => new($"it has {what}");
}
