using System.Globalization;
using static BatchInfer.Inference.JinjaTokenKind;

namespace BatchInfer.Inference;

/// <summary>Reads expressions by Jinja's precedence.</summary>
internal sealed class JinjaExpressionParser(JinjaTokens tokens)
{
    private static readonly string[] Comparisons = ["==", "!=", "<=", ">=", "<", ">"];

    public JinjaExpression Parse()
    {
        var value = ParseOr();
        while (tokens.TryName("if"))
        {
            var condition = ParseOr();
            value = new JinjaExpression.Choice(condition, value, tokens.TryName("else") ? Parse() : null);
        }

        return value;
    }

    /// <summary>Where an <c>if</c> that follows is not the expression's.</summary>
    public JinjaExpression ParseWithoutChoice() => ParseOr();

    private JinjaExpression ParseOr()
    {
        var left = ParseAnd();
        while (tokens.TryName("or")) left = new JinjaExpression.Binary("or", left, ParseAnd());
        return left;
    }

    private JinjaExpression ParseAnd()
    {
        var left = ParseNot();
        while (tokens.TryName("and")) left = new JinjaExpression.Binary("and", left, ParseNot());
        return left;
    }

    private JinjaExpression ParseNot() => tokens.TryName("not") ? new JinjaExpression.Unary("not", ParseNot()) : ParseComparison();

    private JinjaExpression ParseComparison()
    {
        var left = ParseSum();
        while (true)
            if (Comparisons.FirstOrDefault(tokens.TryOperator) is { } op) left = new JinjaExpression.Binary(op, left, ParseSum());
            else if (tokens.TryName("in")) left = new JinjaExpression.Binary("in", left, ParseSum());
            else if (tokens.Current is { Kind: Name, Value: "not" })
            {
                tokens.Take();
                tokens.ExpectName("in");
                left = new JinjaExpression.Unary("not", new JinjaExpression.Binary("in", left, ParseSum()));
            }
            else return left;
    }

    private JinjaExpression ParseSum()
    {
        var left = ParseProduct();
        while (((string[])["+", "-", "~"]).FirstOrDefault(tokens.TryOperator) is { } op) left = new JinjaExpression.Binary(op, left, ParseProduct());
        return left;
    }

    private JinjaExpression ParseProduct()
    {
        var left = ParseUnary();
        while (((string[])["*", "//", "/", "%"]).FirstOrDefault(tokens.TryOperator) is { } op) left = new JinjaExpression.Binary(op, left, ParseUnary());
        return left;
    }

    private JinjaExpression ParseUnary() => tokens.TryOperator("-") ? new JinjaExpression.Unary("-", ParseUnary()) : ParseTests(ParsePostfix(ParsePrimary()));

    private JinjaExpression ParseTests(JinjaExpression value)
    {
        while (true)
            if (tokens.TryOperator("|"))
            {
                string name = tokens.Expect(Name).Value;
                JinjaValues.CheckFilter(name);
                var (arguments, named) = tokens.TryOperator("(") ? ParseArguments() : ([], []);
                value = ParsePostfix(new JinjaExpression.Filter(value, name, arguments, named));
            }
            else if (tokens.TryName("is"))
            {
                bool negated = tokens.TryName("not");
                string name = tokens.Expect(Name).Value;
                JinjaValues.CheckTest(name);
                var argument = tokens.TryOperator("(") && ParseArguments().Arguments is [var first, ..] ? first : null;
                value = new JinjaExpression.Test(value, name, argument, negated);
            }
            else return value;
    }

    private JinjaExpression ParsePostfix(JinjaExpression value)
    {
        while (true)
            if (tokens.TryOperator(".")) value = new JinjaExpression.Member(value, new JinjaExpression.Literal(tokens.Expect(Name).Value));
            else if (tokens.TryOperator("[")) value = ParseSubscript(value);
            else if (tokens.TryOperator("("))
            {
                var (arguments, named) = ParseArguments();
                value = new JinjaExpression.Call(value, arguments, named);
            }
            else return value;
    }

    private JinjaExpression ParseSubscript(JinjaExpression target)
    {
        var start = tokens.Current is { Kind: Operator, Value: ":" } ? null : Parse();
        if (tokens.TryOperator("]")) return new JinjaExpression.Member(target, start!);
        tokens.ExpectOperator(":");
        var stop = tokens.Current is { Kind: Operator, Value: ":" or "]" } ? null : Parse();
        var step = tokens.TryOperator(":") && tokens.Current is not { Kind: Operator, Value: "]" } ? Parse() : null;
        tokens.ExpectOperator("]");
        return new JinjaExpression.Slice(target, start, stop, step);
    }

    private (IReadOnlyList<JinjaExpression> Arguments, IReadOnlyList<(string, JinjaExpression)> Named) ParseArguments()
    {
        var arguments = new List<JinjaExpression>();
        var named = new List<(string, JinjaExpression)>();
        while (!tokens.TryOperator(")"))
        {
            var value = Parse();
            if (value is JinjaExpression.Variable name && tokens.TryOperator("=")) named.Add((name.Value, Parse()));
            else arguments.Add(value);
            if (!tokens.TryOperator(","))
            {
                tokens.ExpectOperator(")");
                break;
            }
        }

        return (arguments, named);
    }

    private JinjaExpression ParsePrimary()
    {
        var token = tokens.Take();
        switch (token.Kind)
        {
            case JinjaTokenKind.String:
                string text = token.Value;
                // Neighbouring strings are one.
                while (tokens.Current.Kind == JinjaTokenKind.String) text += tokens.Take().Value;
                return new JinjaExpression.Literal(text);
            case Number:
                return new JinjaExpression.Literal(token.Value.Contains('.', StringComparison.Ordinal)
                    ? (object)double.Parse(token.Value, CultureInfo.InvariantCulture)
                    : long.Parse(token.Value, CultureInfo.InvariantCulture));
            case Name:
                return token.Value switch
                {
                    "true" or "True" => new JinjaExpression.Literal(true),
                    "false" or "False" => new JinjaExpression.Literal(false),
                    "none" or "None" => new JinjaExpression.Literal(null),
                    _ => new JinjaExpression.Variable(token.Value),
                };
            case Operator when token.Value == "(":
                return ParseParentheses();
            case Operator when token.Value == "[":
                return new JinjaExpression.Sequence(ParseItems("]"));
            case Operator when token.Value == "{":
                return ParseMapping();
            default:
                throw new ChatTemplateException($"'{token.Value}' stands where a value is expected.");
        }
    }

    private JinjaExpression ParseParentheses()
    {
        if (tokens.TryOperator(")")) return new JinjaExpression.Sequence([]);
        var first = Parse();
        if (tokens.TryOperator(")")) return first;
        tokens.ExpectOperator(",");
        return new JinjaExpression.Sequence([first, .. ParseItems(")")]);
    }

    private List<JinjaExpression> ParseItems(string close)
    {
        var items = new List<JinjaExpression>();
        while (!tokens.TryOperator(close))
        {
            items.Add(Parse());
            if (tokens.TryOperator(",")) continue;
            tokens.ExpectOperator(close);
            break;
        }

        return items;
    }

    private JinjaExpression.Mapping ParseMapping()
    {
        var items = new List<(JinjaExpression, JinjaExpression)>();
        while (!tokens.TryOperator("}"))
        {
            var key = Parse();
            tokens.ExpectOperator(":");
            items.Add((key, Parse()));
            if (tokens.TryOperator(",")) continue;
            tokens.ExpectOperator("}");
            break;
        }

        return new JinjaExpression.Mapping(items);
    }
}
