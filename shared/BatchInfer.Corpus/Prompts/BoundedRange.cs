using System.Globalization;
using Fluid;
using Fluid.Ast;
using Fluid.Values;

namespace BatchInfer.Corpus;

/// <summary>A range <c>(from..to)</c>, whose numbers are all made before the first is used.</summary>
internal sealed class BoundedRange(Expression from, Expression to) : Expression
{
    // As many as a template has steps for.
    private const int MaxNumbers = PromptTemplate.MaxSteps;

    public override async ValueTask<FluidValue> EvaluateAsync(TemplateContext context)
    {
        decimal first = decimal.Truncate((await from.EvaluateAsync(context)).ToNumberValue());
        decimal last = decimal.Truncate((await to.EvaluateAsync(context)).ToNumberValue());
        if (first < int.MinValue || last > int.MaxValue || last - first >= MaxNumbers)
            throw new PromptLimitException(string.Create(CultureInfo.InvariantCulture, $"The range ({first}..{last}) has more than {MaxNumbers} numbers"));
        return new ArrayValue(last < first ? [] : [.. Enumerable.Range((int)first, (int)(last - first) + 1).Select(n => (FluidValue)NumberValue.Create(n))]);
    }
}
