using System.Text;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Makes the prompts of a job's records. Shared by all threads.</summary>
public sealed class PromptRenderer
{
    /// <summary>Prompts longer than this many characters are error rows.</summary>
    public const int MaxCharacters = 4 << 20;

    private const string Between = "\n\n";
    private readonly PromptTemplate? _template;
    private readonly string _textField;
    private readonly List<ChatMessage> _before = [];
    private readonly string _beforeText;

    /// <param name="prompt">How prompts are made.</param>
    /// <param name="textField">Name of the record's text among its fields.</param>
    /// <exception cref="PromptFormatException">The template cannot be parsed, or an example does not fit it.</exception>
    public PromptRenderer(PromptSpec prompt, string textField)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        ArgumentNullException.ThrowIfNull(textField);
        _textField = textField;
        _template = prompt.Template is null ? null : PromptTemplate.Parse(prompt.Template);
        var text = new StringBuilder();
        if (!string.IsNullOrEmpty(prompt.System))
        {
            _before.Add(new ChatMessage("system", prompt.System));
            text.Append(prompt.System).Append(Between);
        }

        int number = 0;
        foreach (var example in prompt.Examples ?? [])
        {
            string input = Render(Example(example.Input, ++number), out var problem)
                ?? throw new PromptFormatException("examples", $"Example {number}: {problem!.Value.Message}");
            _before.Add(new ChatMessage("user", input));
            _before.Add(new ChatMessage("assistant", example.Output));
            text.Append(input);
            if (input.Length > 0 && !char.IsWhiteSpace(input[^1])) text.Append(' ');
            text.Append(example.Output).Append(Between);
            // Each may be as long as a prompt, and there may be very many.
            if (text.Length > MaxCharacters)
                throw new PromptFormatException("examples", $"Example {number}: with what is before it, it makes more than {MaxCharacters} characters, which is all that a prompt may have.");
        }

        _beforeText = text.ToString();
    }

    /// <summary>The prompt of a record that has no error; read with <see cref="RecordSchema.Fields"/> where there is a template.</summary>
    public RecordPrompt Render(in CorpusRecord record)
    {
        (string Code, string Message)? problem = null;
        string? own = _template is null ? record.Text : _template.Render(record.Fields ?? [], out problem);
        if (own is null) return Failed(record, problem?.Code ?? ErrorCodes.MissingField, problem?.Message ?? "The record has no text.");
        if (string.IsNullOrWhiteSpace(own)) return Failed(record, ErrorCodes.EmptyText, "The prompt is empty or white space.");
        return own.Length + _beforeText.Length > MaxCharacters
            ? Failed(record, ErrorCodes.TooLong, $"The prompt has {own.Length + _beforeText.Length} characters; at most {MaxCharacters} are taken.")
            : new RecordPrompt([.. _before, new ChatMessage("user", own)], _beforeText + own, null);
    }

    private static RecordPrompt Failed(in CorpusRecord record, string code, string message) => new([], null, new RecordError(code, message, record.Line));

    private string? Render(JsonObject fields, out (string Code, string Message)? problem)
    {
        problem = null;
        if (_template is not null) return _template.Render(fields, out problem);
        if (fields[_textField] is JsonValue value && value.TryGetValue(out string? text)) return text;
        problem = (ErrorCodes.MissingField, $"It has no text in '{_textField}'.");
        return null;
    }

    private JsonObject Example(JsonNode? input, int number) => input switch
    {
        JsonObject fields => fields,
        JsonValue value when value.TryGetValue(out string? text) => new JsonObject { [_textField] = text },
        _ => throw new PromptFormatException("examples", $"Example {number}: its input is an object of fields, or a text."),
    };
}
