using System.Globalization;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>An escape of an Oniguruma expression, such as <c>\p{L}</c> or <c>\x{2581}</c>, in .NET's syntax.</summary>
/// <param name="pattern">The expression.</param>
/// <param name="at">Where the backslash stands.</param>
/// <param name="named">Takes characters that the expression names.</param>
internal readonly struct OnigurumaEscape(string pattern, int at, List<(char First, char Last)> named)
{
    // Letters, marks, numbers of these kinds, connectors, letters in circles: the reference's word characters.
    private const string Word = @"\p{L}\p{M}\p{Nd}\p{Nl}\p{Pc}\u00B2\u00B3\u00B9\u00BC-\u00BE\u24B6-\u24E9";
    private const string Space = @"\t-\r\u0085\p{Z}", Hex = "0-9a-fA-F";

    /// <summary>Translates it where it stands outside a class.</summary>
    public string Translate(out int end)
    {
        char letter = Letter();
        if (letter is 'b' or 'B')
        {
            end = at + 2;
            return letter == 'b' ? $"(?:(?<=[{Word}])(?![{Word}])|(?<![{Word}])(?=[{Word}]))" : $"(?:(?<=[{Word}])(?=[{Word}])|(?<![{Word}])(?![{Word}]))";
        }

        if (letter is 'A' or 'z' or 'Z' or 'G')
        {
            end = at + 2;
            return $@"\{letter}";
        }

        var (inside, negated) = Inside(out end);
        return negated ? $"[^{inside}]" : $"[{inside}]";
    }

    /// <summary>Translates it to what stands in a class, and whether it means all else.</summary>
    public (string Inside, bool Negated) Inside(out int end)
    {
        char letter = Letter();
        end = at + 2;
        switch (letter)
        {
            case 'w' or 'W': return (Word, letter == 'W');
            case 's' or 'S': return (Space, letter == 'S');
            case 'd' or 'D': return (@"\p{Nd}", letter == 'D');
            case 'h' or 'H': return (Hex, letter == 'H');
            case 'p' or 'P': return Property(letter == 'P', out end);
            default:
                char c = Character(out end);
                named.Add((c, c));
                return (Escape(c), false);
        }
    }

    /// <summary>Reads an escape that stands for one character.</summary>
    public char Character(out int end)
    {
        char letter = Letter();
        end = at + 2;
        switch (letter)
        {
            case 't': return '\t';
            case 'n': return '\n';
            case 'r': return '\r';
            case 'f': return '\f';
            case 'v': return '\v';
            case 'a': return '\a';
            case 'e': return '\u001B';
            case 'x' when end < pattern.Length && pattern[end] == '{': return Hexadecimal(end + 1, pattern.IndexOf('}', end), 1, out end);
            case 'x': return Hexadecimal(end, end + 2, 0, out end);
            case 'u': return Hexadecimal(end, end + 4, 0, out end);
            case '0': return '\0';
            default:
                if (char.IsAsciiLetterOrDigit(letter) || char.IsSurrogate(letter)) throw new NotSupportedException($"it has \\{letter}");
                return letter;
        }
    }

    /// <summary>Whether the escape stands for one character.</summary>
    public bool IsCharacter => Letter() is not ('w' or 'W' or 's' or 'S' or 'd' or 'D' or 'h' or 'H' or 'p' or 'P' or 'b' or 'B');

    public static void AppendLiteral(char c, StringBuilder into) => into.Append(char.IsLetterOrDigit(c) ? c.ToString() : Escape(c));

    public static string Escape(char c) => string.Create(CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");

    private char Letter() => at + 1 < pattern.Length ? pattern[at + 1] : throw new NotSupportedException("it ends in a backslash");

    private char Hexadecimal(int from, int to, int closing, out int end)
    {
        end = to + closing;
        if (to <= from || end > pattern.Length || !int.TryParse(pattern.AsSpan(from, to - from), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
            throw new NotSupportedException($"it has {pattern[at..Math.Min(pattern.Length, at + 8)]}");
        return code is >= 0 and <= 0xFFFF && !char.IsSurrogate((char)code)
            ? (char)code
            : throw new NotSupportedException(string.Create(CultureInfo.InvariantCulture, $"it names the character U+{code:X}"));
    }

    private (string Inside, bool Negated) Property(bool negated, out int end)
    {
        int close = at + 2 < pattern.Length && pattern[at + 2] == '{' ? pattern.IndexOf('}', at) : -1;
        if (close < 0) throw new NotSupportedException($"it has {pattern[at..Math.Min(pattern.Length, at + 8)]}");
        end = close + 1;
        string name = pattern[(at + 3)..close];
        if (name.StartsWith('^')) (name, negated) = (name[1..], !negated);
        foreach (string prefix in (string[])["Script=", "script=", "sc=", "gc=", "General_Category="])
            if (name.StartsWith(prefix, StringComparison.Ordinal)) name = name[prefix.Length..];
        string inside = Category(name) is { } category ? $@"\p{{{category}}}" : UnicodeScripts.ClassOf(name)
            ?? throw new NotSupportedException($"it has the property {name}");
        return (inside, negated);
    }

    private static string? Category(string name)
    {
        string plain = name.Replace("_", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return plain switch
        {
            "L" or "LETTER" => "L", "LU" or "UPPERCASELETTER" => "Lu", "LL" or "LOWERCASELETTER" => "Ll", "LT" or "TITLECASELETTER" => "Lt",
            "LM" or "MODIFIERLETTER" => "Lm", "LO" or "OTHERLETTER" => "Lo", "M" or "MARK" => "M", "MN" or "NONSPACINGMARK" => "Mn",
            "MC" or "SPACINGMARK" => "Mc", "ME" or "ENCLOSINGMARK" => "Me", "N" or "NUMBER" => "N", "ND" or "DECIMALNUMBER" => "Nd",
            "NL" or "LETTERNUMBER" => "Nl", "NO" or "OTHERNUMBER" => "No", "P" or "PUNCTUATION" => "P", "PC" or "CONNECTORPUNCTUATION" => "Pc",
            "PD" or "DASHPUNCTUATION" => "Pd", "PS" or "OPENPUNCTUATION" => "Ps", "PE" or "CLOSEPUNCTUATION" => "Pe", "PI" or "INITIALPUNCTUATION" => "Pi",
            "PF" or "FINALPUNCTUATION" => "Pf", "PO" or "OTHERPUNCTUATION" => "Po", "S" or "SYMBOL" => "S", "SM" or "MATHSYMBOL" => "Sm",
            "SC" or "CURRENCYSYMBOL" => "Sc", "SK" or "MODIFIERSYMBOL" => "Sk", "SO" or "OTHERSYMBOL" => "So", "Z" or "SEPARATOR" => "Z",
            "ZS" or "SPACESEPARATOR" => "Zs", "ZL" or "LINESEPARATOR" => "Zl", "ZP" or "PARAGRAPHSEPARATOR" => "Zp", "C" or "OTHER" => "C",
            "CC" or "CONTROL" => "Cc", "CF" or "FORMAT" => "Cf", "CN" or "UNASSIGNED" => "Cn", "CO" or "PRIVATEUSE" => "Co",
            _ => null,
        };
    }
}
