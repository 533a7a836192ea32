using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>
/// What a model's <c>generation_config.json</c> says, and where it is silent its <c>config.json</c>, as Hugging Face's
/// generation reads them.
/// </summary>
internal sealed class GenerationDefaults
{
    // Hugging Face's own default, 20 tokens with the prompt's, suits no bulk job.
    private const int DefaultNewTokens = 128;
    private const string StopStrings = "stop_strings";

    // What a job sees as its defaults. The rest (tokens that end, begin or are not to come) is the model's own affair.
    private static readonly string[] Shown =
    [
        "max_new_tokens", "min_new_tokens", "min_length", "temperature", "top_k", "top_p", "repetition_penalty", "no_repeat_ngram_size",
        "num_beams", "length_penalty", "early_stopping", "num_return_sequences", StopStrings,
    ];

    // What older exports keep in config.json; anything else there means something else or nothing.
    private static readonly HashSet<string> TokenNames = new(StringComparer.Ordinal)
    {
        "bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_bos_token_id", "forced_eos_token_id", "suppress_tokens",
        "begin_suppress_tokens", "bad_words_ids",
    };

    private readonly JsonObject _values = [];

    private GenerationDefaults(JsonComponent? generation, JsonComponent config, int contextLength)
    {
        foreach (var (name, value) in config.Members())
            if (TokenNames.Contains(name)) Add(name, value);
        foreach (var (name, value) in generation?.Members() ?? [])
        {
            UnsupportedDefaults.Check(name, value);
            Add(name, value);
        }

        CheckBeams(generation);
        Parameters = Describe(contextLength).CanonicalJson;
    }

    /// <summary>Default parameters of the model as canonical JSON.</summary>
    public string Parameters { get; }

    /// <summary>Values by name, as the files have them.</summary>
    public JsonObject Values => _values;

    public static GenerationDefaults Read(string directory, int contextLength)
    {
        using var config = JsonFile.Open(Path.Combine(directory, "config.json"), "it describes the model's architecture");
        using var generation = JsonFile.TryOpen(Path.Combine(directory, "generation_config.json"));
        return new GenerationDefaults(generation?.Component, config.Component, contextLength);
    }

    // What is not as it must be is refused: taken for absent, it would make other texts in silence.
    private void Add(string name, JsonComponent value)
    {
        if (value.Element.ValueKind == JsonValueKind.Null) return;
        if (TokenNames.Contains(name)) CheckTokens(value);
        else if (name == "max_length") _ = value.AsNumber();
        else if (name == StopStrings && value.Element.ValueKind == JsonValueKind.String)
        {
            // The file may name a single one, a job a list.
            _values[name] = new JsonArray(value.AsText());
            return;
        }
        else if (Shown.Contains(name) || name == "do_sample") CheckParameter(name, value);
        else return;
        _values[name] = JsonNode.Parse(value.Element.GetRawText());
    }

    // As a job that asks for both: beams of the likeliest tokens would be other texts than those that the model's makers meant.
    private void CheckBeams(JsonComponent? generation)
    {
        if (Flag("do_sample") && generation?.Member("num_beams") is { } beams && beams.AsNumber() > 1)
            throw beams.Wrong("is not supported beside do_sample=true: there are no sampled beams", "Set do_sample to false for a beam search, or num_beams to 1 for texts by chance.");
    }

    // Below 0 and in lists of none they mark that there is none.
    private static void CheckTokens(JsonComponent value)
    {
        if (value.Element.ValueKind != JsonValueKind.Array) _ = value.AsWhole(int.MinValue, ModelReader.MaxTokenId);
        else
            foreach (var item in value.Items()) CheckTokens(item);
    }

    private static void CheckParameter(string name, JsonComponent value)
    {
        var kind = value.Element.ValueKind;
        // Texts are read as such first, for those that are none.
        if (kind == JsonValueKind.String) _ = value.AsText();
        // 0 and less are marks of "not set" where they are out of range.
        bool isMark = kind == JsonValueKind.Number && value.AsNumber() <= 0;
        if (Spec(name).Check(JsonNode.Parse(value.Element.GetRawText())!) is { } problem && !isMark) throw value.Wrong(problem);
    }

    private static ParameterSpec Spec(string name) => TaskCatalog.Tasks[TaskNames.TextGeneration].Find(name)!;

    private InferenceParameters Describe(int contextLength)
    {
        var shown = new JsonObject { ["do_sample"] = Flag("do_sample") };
        foreach (string name in Shown)
            if (_values[name] is { } value && Spec(name).Check(value) is null) shown[name] = value.DeepClone();
        if (!shown["do_sample"]!.GetValue<bool>())
            foreach (string name in (string[])["temperature", "top_k", "top_p"]) shown.Remove(name);
        if (shown["max_new_tokens"] is not null) return InferenceParameters.From(shown);
        // Models without a limit write 1e30.
        if (_values["max_length"] is JsonValue length && length.TryGetValue(out int most) && most > 0) shown["max_length"] = Math.Min(most, contextLength);
        else shown["max_new_tokens"] = DefaultNewTokens;
        return InferenceParameters.From(shown);
    }

    private bool Flag(string name) => _values[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
