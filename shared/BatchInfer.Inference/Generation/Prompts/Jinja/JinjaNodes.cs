namespace BatchInfer.Inference;

/// <summary>A part of a template that writes text.</summary>
internal abstract record JinjaStatement
{
    public sealed record Text(string Value) : JinjaStatement;

    public sealed record Output(JinjaExpression Value) : JinjaStatement;

    public sealed record If(IReadOnlyList<(JinjaExpression? Condition, IReadOnlyList<JinjaStatement> Body)> Branches) : JinjaStatement;

    public sealed record For(
        IReadOnlyList<string> Names, JinjaExpression Items, JinjaExpression? Filter, IReadOnlyList<JinjaStatement> Body, IReadOnlyList<JinjaStatement> Else) : JinjaStatement;

    public sealed record Set(IReadOnlyList<string> Names, string? Attribute, JinjaExpression Value) : JinjaStatement;

    public sealed record Macro(string Name, IReadOnlyList<(string Name, JinjaExpression? Default)> Parameters, IReadOnlyList<JinjaStatement> Body) : JinjaStatement;

    public sealed record SetBlock(string Name, IReadOnlyList<JinjaStatement> Body) : JinjaStatement;

    public sealed record Jump(bool IsBreak) : JinjaStatement;
}

/// <summary>A part of a template that has a value.</summary>
internal abstract record JinjaExpression
{
    public sealed record Literal(object? Value) : JinjaExpression;

    public sealed record Variable(string Value) : JinjaExpression;

    public sealed record Member(JinjaExpression Target, JinjaExpression Key) : JinjaExpression;

    public sealed record Slice(JinjaExpression Target, JinjaExpression? Start, JinjaExpression? Stop, JinjaExpression? Step) : JinjaExpression;

    public sealed record Call(JinjaExpression Target, IReadOnlyList<JinjaExpression> Arguments, IReadOnlyList<(string Name, JinjaExpression Value)> Named) : JinjaExpression;

    public sealed record Filter(
        JinjaExpression Target, string Name, IReadOnlyList<JinjaExpression> Arguments, IReadOnlyList<(string Name, JinjaExpression Value)> Named) : JinjaExpression;

    public sealed record Test(JinjaExpression Target, string Name, JinjaExpression? Argument, bool Negated) : JinjaExpression;

    public sealed record Unary(string Operator, JinjaExpression Value) : JinjaExpression;

    public sealed record Binary(string Operator, JinjaExpression Left, JinjaExpression Right) : JinjaExpression;

    public sealed record Choice(JinjaExpression Condition, JinjaExpression Then, JinjaExpression? Else) : JinjaExpression;

    public sealed record Sequence(IReadOnlyList<JinjaExpression> Items) : JinjaExpression;

    public sealed record Mapping(IReadOnlyList<(JinjaExpression Key, JinjaExpression Value)> Items) : JinjaExpression;
}

/// <summary>The value of a name that nothing was set for.</summary>
internal sealed class JinjaUndefined
{
    public static readonly JinjaUndefined Value = new();
}
