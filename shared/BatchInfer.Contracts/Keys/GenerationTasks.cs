using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>The tasks of models that write text, or say how likely a text is. Parameters are named as in <c>generation_config.json</c>.</summary>
internal static class GenerationTasks
{
    private const int MostTokens = 1_048_576;

    // Of one run of tokens that may not come.
    private const int LongestRun = 256;

    private static readonly (string, string) WithSampling = ("do_sample", "true");

    private static readonly ParameterSpec[] Input =
    [
        ParameterSpec.Flag("truncation", "true cuts an input that is too long (a prompt at its beginning, a source at its end); else it is an error row.") with { HasDefault = false },
        ParameterSpec.Flag("add_special_tokens", "false leaves out the tokens that the tokenizer puts around a text, where the prompt has them [true].") with { HasDefault = false },
    ];

    private static readonly ParameterSpec[] Writing =
    [
        Optional(ParameterSpec.WholeNumber("max_new_tokens", "New tokens at most.", 1, MostTokens)),
        Optional(ParameterSpec.WholeNumber(TaskCatalog.MaxLength, "Tokens at most, those of the prompt included; max_new_tokens goes before it.", 1, MostTokens)),
        Optional(ParameterSpec.WholeNumber("min_new_tokens", "New tokens at least.", 0, MostTokens)),
        Optional(ParameterSpec.WholeNumber("min_length", "Tokens at least, those of the prompt included.", 0, MostTokens)),
        Optional(ParameterSpec.Flag("do_sample", "true chooses each token by chance; else the likeliest.")),
        Optional(ParameterSpec.Number("temperature", "Below 1 prefers likely tokens, above 1 evens them out [1].", 1e-3, 100)) with { OnlyWith = WithSampling },
        Optional(ParameterSpec.WholeNumber("top_k", "Chooses among this many of the likeliest tokens; 0 among all [50].", 0, MostTokens)) with { OnlyWith = WithSampling },
        Optional(ParameterSpec.Number("top_p", "Chooses among the likeliest tokens that together have this probability [1].", 1e-6, 1)) with { OnlyWith = WithSampling },
        Optional(ParameterSpec.WholeNumber("seed", "Another number gives another text [0].", int.MinValue, int.MaxValue)) with { OnlyWith = WithSampling },
        Optional(ParameterSpec.Number("repetition_penalty", "Above 1 makes tokens that have come less likely [1].", 1e-3, 100)),
        Optional(ParameterSpec.WholeNumber("no_repeat_ngram_size", "No run of this many tokens comes twice; 0 allows it [0].", 0, 1024)),
        Optional(ParameterSpec.WholeNumber("num_beams", "Beams of a beam search; 1 does none [1].", 1, 64)),
        Optional(new ParameterSpec("length_penalty", "Of a beam search: above 0 prefers long texts, below 0 short ones [1].", v => IsNumber(v, -100, 100) ? null : "must be a number from -100 to 100")
            { Kind = ParameterKind.Number }),
        Optional(new ParameterSpec("early_stopping", "Of a beam search: true ends it with the first num_beams texts; never only when no better one can come [false].",
            v => v.GetValueKind() is JsonValueKind.True or JsonValueKind.False || IsText(v, "never") ? null : "must be true, false or never")
            { Kind = ParameterKind.Flag }),
        Optional(ParameterSpec.WholeNumber("num_return_sequences", "Texts for each record [1].", 1, 64)),
        Optional(ParameterSpec.ExactTexts("stop_strings", "Texts at which an answer ends, before them: one as it is, or a JSON list.", 64)),
        Optional(Tokens("eos_token_id", "Tokens that end an answer: one number or a list.")),
        Optional(Tokens("suppress_tokens", "Tokens that may not come.")),
        Optional(Tokens("begin_suppress_tokens", "Tokens that may not come first.")),
        Optional(Tokens("forced_bos_token_id", "Token that comes first, e.g. a translation's language.", 1)),
        Optional(Tokens("forced_eos_token_id", "Token that comes last when an answer is as long as it may be.")),
        Optional(new ParameterSpec("bad_words_ids", "Runs of tokens that may not come: a list of lists of numbers.",
            v => v is JsonArray { Count: > 0 } words && words.All(w => w is JsonArray { Count: > 0 and <= LongestRun } && AreTokens(w))
                ? null
                : $"must be a list of lists of 1 to {LongestRun} token numbers")),
        Optional(ParameterSpec.Flag("return_logprobs", "true adds the tokens and the log-probability of each.")),
    ];

    public static IEnumerable<KeyValuePair<string, TaskSpec>> All { get; } =
    [
        new(TaskNames.Text2TextGeneration, new([.. Writing, .. Input]) { Check = CheckTogether }),
        new(TaskNames.TextGeneration, new([.. Writing, .. Input]) { Check = CheckTogether }),
        new(TaskNames.TextScoring, new(
        [
            Optional(ParameterSpec.WholeNumber(TaskCatalog.MaxLength, "Longest text in tokens [the model's context].", 2, MostTokens)),
            Optional(ParameterSpec.Flag("return_logprobs", "true adds the tokens and the log-probability of each.")),
            .. Input,
        ])),
    ];

    private static (string Name, string Problem)? CheckTogether(InferenceParameters parameters)
    {
        int beams = parameters.GetInt("num_beams", 1), texts = parameters.GetInt("num_return_sequences", 1);
        bool sample = parameters.GetBool("do_sample", false);
        if (sample && beams > 1) return ("num_beams", "must be 1 beside do_sample=true: sampled beams are not supported");
        if (texts > 1 && !sample && texts > beams) return ("num_return_sequences", "must be 1, or at most num_beams, or beside do_sample=true: without them all texts would be the same");
        if (parameters.Get("max_new_tokens") is { } most && parameters.GetInt("min_new_tokens", 0) > most.GetValue<int>())
            return ("min_new_tokens", $"must be at most max_new_tokens, which is {most}");
        return null;
    }

    private static ParameterSpec Optional(ParameterSpec spec) => spec with { HasDefault = false };

    private static ParameterSpec Tokens(string name, string help, int most = 4096) => new(name, help,
        v => AreTokens(v) && (v is JsonValue || (v is JsonArray { Count: > 0 } list && list.Count <= most && most > 1))
            ? null
            : most > 1 ? "must be a token number or a list of them" : "must be a token number")
    { Kind = ParameterKind.WholeNumber };

    private static bool AreTokens(JsonNode? value) => value switch
    {
        JsonArray list => list.All(t => t is JsonValue && AreTokens(t)),
        JsonValue v => v.TryGetValue(out int token) && token >= 0,
        _ => false,
    };

    private static bool IsNumber(JsonNode value, double min, double max) =>
        value.GetValueKind() == JsonValueKind.Number && value.AsValue().TryGetValue(out double n) && n >= min && n <= max;

    private static bool IsText(JsonNode value, string text) => value.GetValueKind() == JsonValueKind.String && value.GetValue<string>() == text;
}
