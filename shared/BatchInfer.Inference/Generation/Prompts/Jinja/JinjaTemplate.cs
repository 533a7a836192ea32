using System.Text;

namespace BatchInfer.Inference;

/// <summary>
/// A Jinja template, in the part of the language that published chat templates use. It reaches nothing but the variables it
/// is given. Shared by all threads.
/// </summary>
internal sealed class JinjaTemplate
{
    private readonly IReadOnlyList<JinjaStatement> _statements;

    private JinjaTemplate(IReadOnlyList<JinjaStatement> statements) => _statements = statements;

    /// <exception cref="ChatTemplateException">It is broken, or uses what is not supported.</exception>
    public static JinjaTemplate Parse(string source) => new(new JinjaParser(new JinjaLexer(source).Read()).ParseAll());

    /// <exception cref="ChatTemplateException">It refuses the variables, or does with them what cannot be done.</exception>
    public string Render(IReadOnlyDictionary<string, object?> variables)
    {
        var writer = new JinjaWriter(new JinjaScope(null, new Dictionary<string, object?>(variables, StringComparer.Ordinal)));
        writer.Write(_statements);
        return writer.Text;
    }
}

/// <summary>Names and their values, within others.</summary>
internal sealed record JinjaScope(JinjaScope? Outer, Dictionary<string, object?> Names)
{
    public object? this[string name]
    {
        get
        {
            for (var scope = this; scope is not null; scope = scope.Outer)
                if (scope.Names.TryGetValue(name, out object? value)) return value;
            return JinjaUndefined.Value;
        }
    }
}

/// <summary>Runs statements.</summary>
internal sealed class JinjaWriter(JinjaScope root)
{
    // A template that never ends would hold a worker for ever, and one that keeps large texts all of its memory.
    private const int MaxSteps = 1_000_000, MaxMade = 8 * JinjaSizes.MaxCharacters;

    // One may call itself.
    private const int MaxMacros = 50;

    // What an element of a list takes, in characters.
    private const int Element = 16;

    private readonly StringBuilder _text = new();
    private int _steps, _macros;
    private long _made;

    private enum Flow
    {
        Next,
        Break,
        Continue,
    }

    public string Text => _text.ToString();

    public void Write(IReadOnlyList<JinjaStatement> statements) => Run(statements, root);

    private Flow Run(IReadOnlyList<JinjaStatement> statements, JinjaScope scope)
    {
        foreach (var statement in statements)
        {
            if (++_steps > MaxSteps) throw new ChatTemplateException("the template writes too much or does not end.");
            var flow = Run(statement, scope);
            if (flow != Flow.Next) return flow;
        }

        return Flow.Next;
    }

    private Flow Run(JinjaStatement statement, JinjaScope scope)
    {
        switch (statement)
        {
            case JinjaStatement.Text text:
                Append(text.Value);
                return Flow.Next;
            case JinjaStatement.Output output:
                Append(JinjaValues.Text(Evaluate(output.Value, scope)));
                return Flow.Next;
            case JinjaStatement.If choice:
                foreach (var (condition, body) in choice.Branches)
                    if (condition is null || JinjaValues.IsTrue(Evaluate(condition, scope))) return Run(body, scope);
                return Flow.Next;
            case JinjaStatement.For loop:
                return RunLoop(loop, scope);
            case JinjaStatement.Set set:
                Set(set, Evaluate(set.Value, scope), scope);
                return Flow.Next;
            case JinjaStatement.SetBlock block:
                int start = _text.Length;
                Run(block.Body, scope);
                scope.Names[block.Name] = Made(_text.ToString(start, _text.Length - start));
                _text.Length = start;
                return Flow.Next;
            case JinjaStatement.Macro macro:
                scope.Names[macro.Name] = new JinjaMacro(macro, scope);
                return Flow.Next;
            default:
                return ((JinjaStatement.Jump)statement).IsBreak ? Flow.Break : Flow.Continue;
        }
    }

    private Flow RunLoop(JinjaStatement.For loop, JinjaScope scope)
    {
        object? source = Evaluate(loop.Items, scope);
        var items = JinjaValues.Items(source);
        if (source is not List<object?>) Made(items);
        if (loop.Filter is not null) items = [.. items.Where(i => JinjaValues.IsTrue(Evaluate(loop.Filter, Bind(loop, i, scope))))];
        if (items.Count == 0) return Run(loop.Else, scope);
        for (int i = 0; i < items.Count; i++)
        {
            var inner = Bind(loop, items[i], scope);
            inner.Names["loop"] = new Dictionary<string, object?>(StringComparer.Ordinal)
            {
                ["index"] = (long)i + 1, ["index0"] = (long)i, ["first"] = i == 0, ["last"] = i == items.Count - 1, ["length"] = (long)items.Count,
                ["revindex"] = (long)items.Count - i, ["revindex0"] = (long)items.Count - i - 1,
                ["previtem"] = i > 0 ? items[i - 1] : JinjaUndefined.Value, ["nextitem"] = i < items.Count - 1 ? items[i + 1] : JinjaUndefined.Value,
            };
            if (Run(loop.Body, inner) == Flow.Break) break;
        }

        return Flow.Next;
    }

    private static JinjaScope Bind(JinjaStatement.For loop, object? item, JinjaScope scope)
    {
        var names = new Dictionary<string, object?>(StringComparer.Ordinal);
        if (loop.Names.Count == 1) names[loop.Names[0]] = item;
        else Unpack(loop.Names, item, names);
        return new JinjaScope(scope, names);
    }

    private static void Set(JinjaStatement.Set set, object? value, JinjaScope scope)
    {
        if (set.Attribute is { } attribute)
        {
            if (scope[set.Names[0]] is not JinjaNamespace space) throw new ChatTemplateException($"'{set.Names[0]}' is no namespace.");
            space.Values[attribute] = value;
        }
        else if (set.Names.Count == 1) scope.Names[set.Names[0]] = value;
        else Unpack(set.Names, value, scope.Names);
    }

    private static void Unpack(IReadOnlyList<string> names, object? value, Dictionary<string, object?> into)
    {
        var parts = JinjaValues.Items(value);
        if (parts.Count != names.Count) throw new ChatTemplateException($"{parts.Count} values cannot be given to {names.Count} names.");
        for (int i = 0; i < names.Count; i++) into[names[i]] = parts[i];
    }

    private object? Evaluate(JinjaExpression expression, JinjaScope scope)
    {
        if (++_steps > MaxSteps) throw new ChatTemplateException("the template does not end.");
        switch (expression)
        {
            case JinjaExpression.Literal literal:
                return literal.Value;
            case JinjaExpression.Variable name:
                return scope[name.Value];
            case JinjaExpression.Member member:
                return JinjaValues.Member(Evaluate(member.Target, scope), Evaluate(member.Key, scope));
            case JinjaExpression.Slice slice:
                return Made(JinjaValues.Slice(Evaluate(slice.Target, scope), Bound(slice.Start, scope), Bound(slice.Stop, scope), Bound(slice.Step, scope) ?? 1));
            case JinjaExpression.Call call:
                return Made(Call(call, scope));
            case JinjaExpression.Filter filter:
                return Made(JinjaFunctions.Filter(filter.Name, Evaluate(filter.Target, scope), All(filter.Arguments, scope), Named(filter.Named, scope)));
            case JinjaExpression.Test test:
                return JinjaValues.Test(test.Name, Evaluate(test.Target, scope), test.Argument is null ? null : Evaluate(test.Argument, scope)) != test.Negated;
            case JinjaExpression.Unary unary:
                object? value = Evaluate(unary.Value, scope);
                return unary.Operator == "not" ? !JinjaValues.IsTrue(value) : JinjaValues.Arithmetic("-", 0L, value);
            case JinjaExpression.Binary { Operator: "and" } and:
                return Evaluate(and.Left, scope) is var first && JinjaValues.IsTrue(first) ? Evaluate(and.Right, scope) : first;
            case JinjaExpression.Binary { Operator: "or" } or:
                return Evaluate(or.Left, scope) is var left && JinjaValues.IsTrue(left) ? left : Evaluate(or.Right, scope);
            case JinjaExpression.Binary binary:
                return Made(JinjaValues.Binary(binary.Operator, Evaluate(binary.Left, scope), Evaluate(binary.Right, scope)));
            case JinjaExpression.Choice choice:
                return JinjaValues.IsTrue(Evaluate(choice.Condition, scope)) ? Evaluate(choice.Then, scope) : choice.Else is null ? JinjaUndefined.Value : Evaluate(choice.Else, scope);
            case JinjaExpression.Sequence sequence:
                return All(sequence.Items, scope);
            default:
                return ((JinjaExpression.Mapping)expression).Items.ToDictionary(
                    i => JinjaValues.Text(Evaluate(i.Key, scope)), i => Evaluate(i.Value, scope), StringComparer.Ordinal);
        }
    }

    private void Append(string text)
    {
        if ((long)_text.Length + text.Length > JinjaSizes.MaxCharacters) throw new ChatTemplateException("the template writes too much.");
        _text.Append(text);
    }

    /// <summary>Counts what was made, kept or not.</summary>
    private object? Made(object? value)
    {
        _made += value switch { string text => text.Length, List<object?> list => (long)list.Count * Element, _ => 0 };
        if (_made > MaxMade) throw new ChatTemplateException("the template makes too much.");
        return value;
    }

    private object? Call(JinjaExpression.Call call, JinjaScope scope)
    {
        var (arguments, named) = (All(call.Arguments, scope), Named(call.Named, scope));
        return call.Target switch
        {
            JinjaExpression.Variable name when scope[name.Value] is JinjaMacro macro => Call(macro, arguments, named),
            JinjaExpression.Variable name => JinjaFunctions.Call(name.Value, arguments, named),
            JinjaExpression.Member { Key: JinjaExpression.Literal { Value: string method } } member => JinjaFunctions.Method(Evaluate(member.Target, scope), method, arguments),
            _ => throw new ChatTemplateException("only functions and methods with a name can be called."),
        };
    }

    /// <summary>What the macro writes. It sees the names of where it stands, not those of who calls it.</summary>
    private string Call(JinjaMacro macro, List<object?> arguments, Dictionary<string, object?> named)
    {
        var parameters = macro.Statement.Parameters;
        if (arguments.Count > parameters.Count) throw new ChatTemplateException($"{macro.Statement.Name}() takes {parameters.Count} values, not {arguments.Count}.");
        if (named.Keys.FirstOrDefault(n => !parameters.Any(p => p.Name == n)) is { } unknown) throw new ChatTemplateException($"{macro.Statement.Name}() has no parameter '{unknown}'.");
        if (_macros == MaxMacros) throw new ChatTemplateException($"the template calls macros more than {MaxMacros} deep.");
        var inner = new JinjaScope(macro.Scope, new Dictionary<string, object?>(StringComparer.Ordinal));
        for (int i = 0; i < parameters.Count; i++)
            inner.Names[parameters[i].Name] = i < arguments.Count ? arguments[i]
                : named.TryGetValue(parameters[i].Name, out object? value) ? value
                : parameters[i].Default is { } otherwise ? Evaluate(otherwise, inner) : JinjaUndefined.Value;
        int start = _text.Length;
        _macros++;
        Run(macro.Statement.Body, inner);
        _macros--;
        string written = _text.ToString(start, _text.Length - start);
        _text.Length = start;
        return written;
    }

    private long? Bound(JinjaExpression? expression, JinjaScope scope) => expression is null ? null : Evaluate(expression, scope) as long?;

    private List<object?> All(IReadOnlyList<JinjaExpression> expressions, JinjaScope scope) => [.. expressions.Select(e => Evaluate(e, scope))];

    private Dictionary<string, object?> Named(IReadOnlyList<(string Name, JinjaExpression Value)> named, JinjaScope scope) =>
        named.ToDictionary(n => n.Name, n => Evaluate(n.Value, scope), StringComparer.Ordinal);
}

/// <summary>A macro as a value, with the names that it sees.</summary>
internal sealed record JinjaMacro(JinjaStatement.Macro Statement, JinjaScope Scope);

/// <summary>What <c>namespace()</c> makes: names that a loop's body can set for what comes after it.</summary>
internal sealed record JinjaNamespace(Dictionary<string, object?> Values);
