using static BatchInfer.Inference.JinjaTokenKind;

namespace BatchInfer.Inference;

/// <summary>Reads the statements of a template. What published chat templates do not use is refused by name.</summary>
internal sealed class JinjaParser
{
    private readonly JinjaTokens _tokens;
    private readonly JinjaExpressionParser _expressions;

    public JinjaParser(List<JinjaToken> tokens)
    {
        _tokens = new JinjaTokens(tokens);
        _expressions = new JinjaExpressionParser(_tokens);
    }

    public IReadOnlyList<JinjaStatement> ParseAll()
    {
        var body = ParseBody();
        if (_tokens.Current.Kind != End) throw new ChatTemplateException($"{{% {_tokens.PeekName()} %}} stands where nothing is open.");
        return body;
    }

    // Ends before the statement that closes or divides it, which the caller takes.
    private List<JinjaStatement> ParseBody()
    {
        var body = new List<JinjaStatement>();
        while (true)
            switch (_tokens.Current.Kind)
            {
                case Text:
                    body.Add(new JinjaStatement.Text(_tokens.Take().Value));
                    break;
                case OpenExpression:
                    _tokens.Take();
                    body.Add(new JinjaStatement.Output(_expressions.Parse()));
                    _tokens.Expect(CloseExpression);
                    break;
                case OpenStatement when _tokens.PeekName() is "else" or "elif" or "endif" or "endfor" or "endset" or "endmacro" or "endgeneration":
                    return body;
                case OpenStatement:
                    _tokens.Take();
                    body.AddRange(ParseStatement(_tokens.Expect(Name).Value));
                    break;
                default:
                    return body;
            }
    }

    private List<JinjaStatement> ParseStatement(string name)
    {
        switch (name)
        {
            case "if": return [ParseIf()];
            case "for": return [ParseFor()];
            case "set": return [ParseSet()];
            case "macro": return [ParseMacro()];
            case "break" or "continue":
                _tokens.Expect(CloseStatement);
                return [new JinjaStatement.Jump(name == "break")];
            case "generation":
                // Only marks what a model in training is to learn.
                _tokens.Expect(CloseStatement);
                var body = ParseBody();
                Close("endgeneration");
                return body;
            default:
                throw new ChatTemplateException($"the statement {{% {name} %}} is not supported.");
        }
    }

    private JinjaStatement.If ParseIf()
    {
        var branches = new List<(JinjaExpression?, IReadOnlyList<JinjaStatement>)>();
        JinjaExpression? condition = _expressions.Parse();
        while (true)
        {
            _tokens.Expect(CloseStatement);
            branches.Add((condition, ParseBody()));
            _tokens.Expect(OpenStatement);
            string name = _tokens.Expect(Name).Value;
            if (name == "endif") break;
            condition = name switch
            {
                "elif" => _expressions.Parse(),
                "else" => null,
                _ => throw new ChatTemplateException($"{{% {name} %}} stands where {{% endif %}} is missing."),
            };
        }

        _tokens.Expect(CloseStatement);
        return new JinjaStatement.If(branches);
    }

    private JinjaStatement.For ParseFor()
    {
        var names = ParseNames();
        _tokens.ExpectName("in");
        var items = _expressions.ParseWithoutChoice();
        var filter = _tokens.TryName("if") ? _expressions.Parse() : null;
        _tokens.Expect(CloseStatement);
        var body = ParseBody();
        IReadOnlyList<JinjaStatement> otherwise = [];
        if (_tokens.PeekName() == "else")
        {
            Close("else");
            otherwise = ParseBody();
        }

        Close("endfor");
        return new JinjaStatement.For(names, items, filter, body, otherwise);
    }

    private JinjaStatement ParseSet()
    {
        var names = ParseNames();
        string? attribute = _tokens.TryOperator(".") ? _tokens.Expect(Name).Value : null;
        if (_tokens.TryOperator("="))
        {
            var value = _expressions.Parse();
            _tokens.Expect(CloseStatement);
            return new JinjaStatement.Set(names, attribute, value);
        }

        _tokens.Expect(CloseStatement);
        var body = ParseBody();
        Close("endset");
        return new JinjaStatement.SetBlock(names[0], body);
    }

    private JinjaStatement.Macro ParseMacro()
    {
        string name = _tokens.Expect(Name).Value;
        _tokens.ExpectOperator("(");
        var parameters = new List<(string, JinjaExpression?)>();
        while (!_tokens.TryOperator(")"))
        {
            string parameter = _tokens.Expect(Name).Value;
            parameters.Add((parameter, _tokens.TryOperator("=") ? _expressions.Parse() : null));
            if (_tokens.TryOperator(",")) continue;
            _tokens.ExpectOperator(")");
            break;
        }

        _tokens.Expect(CloseStatement);
        var body = ParseBody();
        Close("endmacro");
        return new JinjaStatement.Macro(name, parameters, body);
    }

    private List<string> ParseNames()
    {
        var names = new List<string> { _tokens.Expect(Name).Value };
        while (_tokens.TryOperator(",")) names.Add(_tokens.Expect(Name).Value);
        return names;
    }

    private void Close(string name)
    {
        _tokens.Expect(OpenStatement);
        _tokens.ExpectName(name);
        _tokens.Expect(CloseStatement);
    }
}
