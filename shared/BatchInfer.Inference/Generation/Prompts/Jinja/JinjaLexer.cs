using System.Text;

namespace BatchInfer.Inference;

/// <summary>Kinds of what a template is made of.</summary>
internal enum JinjaTokenKind
{
    Text,
    OpenStatement,
    CloseStatement,
    OpenExpression,
    CloseExpression,
    Name,
    String,
    Number,
    Operator,
    End,
}

/// <summary>One token of a template.</summary>
internal readonly record struct JinjaToken(JinjaTokenKind Kind, string Value);

/// <summary>Cuts a template into tokens, with Jinja's trim_blocks and lstrip_blocks, as Hugging Face renders chat templates.</summary>
internal sealed class JinjaLexer(string source)
{
    private static readonly string[] Operators = ["==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "+", "-", "*", "/", "%", "~", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}"];
    private readonly List<JinjaToken> _tokens = [];
    private int _at;
    private bool _trimLine, _trimAll;

    public List<JinjaToken> Read()
    {
        while (_at < source.Length)
        {
            int open = NextOpen();
            AddText(open);
            if (open == source.Length) break;
            _at = open + 2;
            char kind = source[open + 1];
            if (Peek('-')) _at++;
            else if (Peek('+')) _at++;
            if (kind == '#') SkipComment();
            else ReadBlock(kind);
        }

        _tokens.Add(new JinjaToken(JinjaTokenKind.End, ""));
        return _tokens;
    }

    private int NextOpen()
    {
        for (int i = _at; i + 1 < source.Length; i++)
            if (source[i] == '{' && (source[i + 1] is '{' or '%' or '#')) return i;
        return source.Length;
    }

    private void AddText(int end)
    {
        string text = source[_at..end];
        if (_trimAll) text = text.TrimStart();
        else if (_trimLine) text = text.StartsWith("\r\n", StringComparison.Ordinal) ? text[2..] : text.StartsWith('\n') ? text[1..] : text;
        (_trimLine, _trimAll) = (false, false);
        if (end < source.Length)
        {
            char kind = source[end + 1];
            bool minus = end + 2 < source.Length && source[end + 2] == '-', plus = end + 2 < source.Length && source[end + 2] == '+';
            if (minus) text = text.TrimEnd();
            else if (kind != '{' && !plus) text = StandsAlone(end) ? text.TrimEnd(' ', '\t') : text;
        }

        if (text.Length > 0) _tokens.Add(new JinjaToken(JinjaTokenKind.Text, text));
    }

    // Blanks before a statement that begins a line are not the text's.
    private bool StandsAlone(int statement)
    {
        int at = statement;
        while (at > _at && (source[at - 1] is ' ' or '\t')) at--;
        return at == 0 || (at > _at && source[at - 1] == '\n');
    }

    private void SkipComment()
    {
        int close = source.IndexOf("#}", _at, StringComparison.Ordinal);
        if (close < 0) throw new ChatTemplateException("a comment {# is not closed.");
        _trimAll = source[close - 1] == '-';
        _trimLine = true;
        _at = close + 2;
    }

    private void ReadBlock(char kind)
    {
        bool statement = kind == '%';
        string close = statement ? "%}" : "}}";
        _tokens.Add(new JinjaToken(statement ? JinjaTokenKind.OpenStatement : JinjaTokenKind.OpenExpression, ""));
        int depth = 0;
        while (true)
        {
            while (_at < source.Length && char.IsWhiteSpace(source[_at])) _at++;
            if (_at >= source.Length) throw new ChatTemplateException($"a {{{kind} is not closed.");
            bool minus = source[_at] == '-' && string.CompareOrdinal(source, _at + 1, close, 0, 2) == 0;
            if (depth == 0 && (minus || string.CompareOrdinal(source, _at, close, 0, 2) == 0))
            {
                _at += minus ? 3 : 2;
                _trimAll = minus;
                _trimLine = statement;
                _tokens.Add(new JinjaToken(statement ? JinjaTokenKind.CloseStatement : JinjaTokenKind.CloseExpression, ""));
                return;
            }

            var token = ReadToken();
            if (token is { Kind: JinjaTokenKind.Operator, Value: "{" or "(" or "[" }) depth++;
            if (token is { Kind: JinjaTokenKind.Operator, Value: "}" or ")" or "]" }) depth--;
            _tokens.Add(token);
        }
    }

    private JinjaToken ReadToken()
    {
        char c = source[_at];
        if (c is '\'' or '"') return ReadString(c);
        if (char.IsAsciiDigit(c)) return ReadWhile(JinjaTokenKind.Number, static x => char.IsAsciiDigit(x) || x == '.');
        if (char.IsLetter(c) || c == '_') return ReadWhile(JinjaTokenKind.Name, static x => char.IsLetterOrDigit(x) || x == '_');
        foreach (string op in Operators)
            if (string.CompareOrdinal(source, _at, op, 0, op.Length) == 0)
            {
                _at += op.Length;
                return new JinjaToken(JinjaTokenKind.Operator, op);
            }

        throw new ChatTemplateException($"the character '{c}' is not known in an expression.");
    }

    private JinjaToken ReadWhile(JinjaTokenKind kind, Func<char, bool> belongs)
    {
        int start = _at;
        while (_at < source.Length && belongs(source[_at])) _at++;
        return new JinjaToken(kind, source[start.._at]);
    }

    private JinjaToken ReadString(char quote)
    {
        var text = new StringBuilder();
        for (_at++; _at < source.Length && source[_at] != quote; _at++)
        {
            if (source[_at] != '\\' || _at + 1 == source.Length)
            {
                text.Append(source[_at]);
                continue;
            }

            text.Append(source[++_at] switch { 'n' => "\n", 't' => "\t", 'r' => "\r", '\\' => "\\", '\'' => "'", '"' => "\"", var other => "\\" + other });
        }

        if (_at >= source.Length) throw new ChatTemplateException("a string is not closed.");
        _at++;
        return new JinjaToken(JinjaTokenKind.String, text.ToString());
    }

    private bool Peek(char c) => _at < source.Length && source[_at] == c;
}
