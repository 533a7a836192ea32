using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace BatchInfer.Contracts;

/// <summary>How the prompt of each record is made. The prompt as it comes out is the input of the record's prediction.</summary>
public sealed record PromptSpec
{
    private const string SpecialTokens = "add_special_tokens";

    /// <summary>A Liquid template with the record's fields, e.g. <c>Translate: {{ text }}</c>; the record's text when absent.</summary>
    public string? Template { get; init; }

    /// <summary>Text before everything: what the model is to do.</summary>
    public string? System { get; init; }

    /// <summary>Examples, each an input as a record has it and the answer to it, before the record's own prompt.</summary>
    public IReadOnlyList<PromptExample>? Examples { get; init; }

    /// <summary>Whether the model's own chat template puts them together; else they follow each other as plain text.</summary>
    public bool Chat { get; init; }

    /// <summary>
    /// The parameters with what the prompt implies: a chat template writes the tokens at a text's ends itself, so the tokenizer
    /// leaves them out where nothing else is asked for.
    /// </summary>
    public static InferenceParameters Complete(PromptSpec? prompt, InferenceParameters parameters) =>
        prompt is { Chat: true } && parameters.Get(SpecialTokens) is null ? parameters.With(InferenceParameters.Parse($$"""{"{{SpecialTokens}}":false}""")) : parameters;

    /// <summary>Characters that stand in every prompt whatever the record: the system text and the examples.</summary>
    [JsonIgnore]
    public long FixedCharacters => (System?.Length ?? 0) + (Examples ?? []).Sum(e => (long)(e?.Output?.Length ?? 0) + (e?.Input?.ToJsonString().Length ?? 0));
}

/// <summary>One example of a prompt.</summary>
/// <param name="Input">Fields of a record as an object, or the text alone.</param>
/// <param name="Output">The answer.</param>
public sealed record PromptExample(JsonNode Input, string Output);

/// <summary>One turn of a chat.</summary>
/// <param name="Role"><c>system</c>, <c>user</c> or <c>assistant</c>.</param>
/// <param name="Content">What is said.</param>
public sealed record ChatMessage(string Role, string Content);
