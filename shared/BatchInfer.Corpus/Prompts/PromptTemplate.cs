using System.Runtime.ExceptionServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using Fluid;
using Fluid.Values;

namespace BatchInfer.Corpus;

/// <summary>
/// A Liquid template over the fields of a record. Strict: a field or filter that is not there is an error, never an empty
/// text. Bounded in time and in what it makes. Shared by all threads.
/// </summary>
internal sealed class PromptTemplate
{
    /// <summary>Statements of one rendering: ends a template that never would.</summary>
    public const int MaxSteps = 100_000;

    // Reading recurses for each bracket and tag that is open, and the longest template may open tens of thousands.
    private const int ReaderStack = 256 << 20;

    // Tags that read files or remember from one rendering to the next have no place in a prompt.
    private static readonly FluidParser Parser = new(new FluidParserOptions { AllowFunctions = false });
    private static readonly TemplateOptions Options = Bounded(new TemplateOptions { StrictVariables = true, StrictFilters = true, MaxSteps = MaxSteps, MaxRecursion = 20 });

    private readonly IFluidTemplate _template;

    private PromptTemplate(IFluidTemplate template) => _template = template;

    /// <exception cref="PromptFormatException">The template cannot be parsed, or is nested too deeply.</exception>
    public static PromptTemplate Parse(string source)
    {
        IFluidTemplate? template = null;
        ExceptionDispatchInfo? thrown = null;
        var reader = new Thread(
            () =>
            {
                try
                {
                    template = Read(source);
                }
                catch (Exception e)
                {
                    // What leaves a thread ends the process.
                    thrown = ExceptionDispatchInfo.Capture(e);
                }
            },
            ReaderStack);
        reader.Start();
        reader.Join();
        thrown?.Throw();
        return new PromptTemplate(template!);
    }

    /// <summary>Renders it for a record.</summary>
    /// <param name="fields">The record's fields.</param>
    /// <param name="problem">Why it cannot be rendered for this record, as a code and a message, or null.</param>
    public string? Render(JsonObject fields, out (string Code, string Message)? problem)
    {
        var context = new PromptContext(Options);
        foreach (var (name, value) in fields) context.SetValue(name, Value(value));
        try
        {
            problem = null;
            using var text = new StringWriter();
            using var bounded = new BoundedWriter(text, "The prompt", PromptRenderer.MaxCharacters);
            // Nothing in it waits.
            _template.RenderAsync(bounded, context).AsTask().GetAwaiter().GetResult();
            return text.ToString();
        }
        catch (FluidException e)
        {
            problem = (ErrorCodes.MissingField,
                $"The template cannot be filled: {e.Message.TrimEnd('.')}. The record has the fields: {string.Join(", ", fields.Select(f => f.Key).Take(30))}.");
        }
        catch (PromptLimitException e)
        {
            problem = (ErrorCodes.TooLong, $"The template cannot be filled: {e.Message}.");
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentException or FormatException or ArithmeticException or JsonException)
        {
            // Of filters, and of a template that takes too many steps.
            problem = (ErrorCodes.MissingField, $"The template cannot be filled: {e.Message}");
        }

        return null;
    }

    private static IFluidTemplate Read(string source) => Parser.TryParse(source, out var template, out string error)
        ? new TemplateBounds().VisitTemplate(template)
        : throw new PromptFormatException("template", $"The template cannot be read: {error.Trim()} It is Liquid: {{{{ field }}}} stands for a record's field.");

    private static TemplateOptions Bounded(TemplateOptions options)
    {
        BoundedFilters.Bound(options.Filters);
        options.Assigned = Hold;
        options.Captured = Hold;
        return options;
    }

    private static ValueTask<FluidValue> Hold(string name, FluidValue value, TemplateContext context)
    {
        ((PromptContext)context).Hold(name, value);
        return new ValueTask<FluidValue>(value);
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
