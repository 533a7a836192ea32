using System.Text.Json.Nodes;
using Fluid;
using Fluid.Values;

namespace BatchInfer.Corpus;

/// <summary>
/// A Liquid template over the fields of a record. Strict: a field or filter that is not there is an error, never an empty
/// text. Shared by all threads.
/// </summary>
internal sealed class PromptTemplate
{
    // Tags that read files or remember from one rendering to the next have no place in a prompt.
    private static readonly FluidParser Parser = new(new FluidParserOptions { AllowFunctions = false });
    private static readonly TemplateOptions Options = new()
    {
        StrictVariables = true,
        StrictFilters = true,
        // Ends a template that never would.
        MaxSteps = 100_000,
        MaxRecursion = 20,
    };

    private readonly IFluidTemplate _template;

    private PromptTemplate(IFluidTemplate template) => _template = template;

    /// <exception cref="PromptFormatException">The template cannot be parsed.</exception>
    public static PromptTemplate Parse(string source) => Parser.TryParse(source, out var template, out string error)
        ? new PromptTemplate(template)
        : throw new PromptFormatException("template", $"The template cannot be read: {error.Trim()} It is Liquid: {{{{ field }}}} stands for a record's field.");

    /// <summary>Renders it for a record.</summary>
    /// <param name="fields">The record's fields.</param>
    /// <param name="problem">Why it cannot be rendered for this record, or null.</param>
    public string? Render(JsonObject fields, out string? problem)
    {
        var context = new TemplateContext(Options);
        foreach (var (name, value) in fields) context.SetValue(name, Value(value));
        try
        {
            problem = null;
            return _template.Render(context);
        }
        catch (FluidException e)
        {
            problem = $"The template cannot be filled: {e.Message.TrimEnd('.')}. The record has the fields: {string.Join(", ", fields.Select(f => f.Key).Take(30))}.";
        }
        catch (InvalidOperationException e)
        {
            problem = $"The template cannot be filled: {e.Message}";
        }

        return null;
    }

    private static FluidValue Value(JsonNode? node) => node switch
    {
        JsonObject members => new DictionaryValue(new FluidValueDictionaryFluidIndexable(
            members.ToDictionary(m => m.Key, m => Value(m.Value), StringComparer.Ordinal))),
        JsonArray list => new ArrayValue([.. list.Select(Value)]),
        JsonValue value when value.TryGetValue(out string? text) => new StringValue(text, encode: false),
        JsonValue value when value.TryGetValue(out bool flag) => BooleanValue.Create(flag),
        JsonValue value when value.TryGetValue(out decimal number) => NumberValue.Create(number),
        // A number beyond decimals stays as it is written.
        not null => new StringValue(node.ToJsonString(), encode: false),
        null => NilValue.Instance,
    };
}
