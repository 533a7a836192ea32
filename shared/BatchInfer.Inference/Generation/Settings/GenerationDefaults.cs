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

    // What a job sees as its defaults. The rest (tokens that end, begin or are not to come) is the model's own affair.
    private static readonly string[] Shown =
    [
        "max_new_tokens", "min_new_tokens", "min_length", "temperature", "top_k", "top_p", "repetition_penalty", "no_repeat_ngram_size",
        "num_beams", "length_penalty", "early_stopping", "num_return_sequences",
    ];

    private readonly JsonObject _values = [];

    private GenerationDefaults(JsonElement? generation, JsonElement config, int contextLength)
    {
        foreach (var source in (JsonElement?[])[config, generation])
        {
            if (source is not { ValueKind: JsonValueKind.Object } element) continue;
            foreach (var member in element.EnumerateObject())
                if (member.Value.ValueKind != JsonValueKind.Null && (source.Equals(generation) || IsOfBoth(member.Name)))
                    _values[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }

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
        return new GenerationDefaults(generation?.Root, config.Root, contextLength);
    }

    // What older exports keep in config.json; anything else there means something else or nothing.
    private static bool IsOfBoth(string name) => name is "bos_token_id" or "eos_token_id" or "pad_token_id" or "decoder_start_token_id" or "forced_bos_token_id"
        or "forced_eos_token_id" or "suppress_tokens" or "begin_suppress_tokens" or "bad_words_ids";

    private InferenceParameters Describe(int contextLength)
    {
        var shown = new JsonObject { ["do_sample"] = Flag("do_sample") };
        foreach (string name in Shown)
            if (_values[name] is { } value && TaskCatalog.Tasks[TaskNames.TextGeneration].Find(name)!.Check(value) is null) shown[name] = value.DeepClone();
        if (shown["do_sample"]!.GetValue<bool>() && shown["num_beams"] is { } beams && beams.GetValue<int>() > 1) shown["do_sample"] = false;
        if (!shown["do_sample"]!.GetValue<bool>())
            foreach (string name in (string[])["temperature", "top_k", "top_p"]) shown.Remove(name);
        if (shown["max_new_tokens"] is not null) return InferenceParameters.From(shown);
        if (_values["max_length"] is JsonValue length && length.TryGetValue(out int most) && most > 0) shown["max_length"] = Math.Min(most, contextLength);
        else shown["max_new_tokens"] = DefaultNewTokens;
        return InferenceParameters.From(shown);
    }

    private bool Flag(string name) => _values[name] is JsonValue value && value.TryGetValue(out bool flag) && flag;
}
