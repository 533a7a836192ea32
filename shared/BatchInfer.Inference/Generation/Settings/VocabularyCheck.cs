using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Refuses tokens that the model has no logit for.</summary>
internal static class VocabularyCheck
{
    private static readonly string[] Forcing = ["forced_bos_token_id", "forced_eos_token_id"];

    private static readonly string[] Naming = [.. Forcing, "eos_token_id", "suppress_tokens", "begin_suppress_tokens", "bad_words_ids"];

    /// <summary>Checks what a job gives: to end with, forbid or force a token that never comes is a mistake.</summary>
    /// <param name="parameters">The parameters; those that only the model's files have are not among them.</param>
    /// <param name="vocabulary">Logits that the model gives.</param>
    /// <exception cref="RefusedParameterException">One names a token beyond them.</exception>
    public static void Check(InferenceParameters parameters, int vocabulary)
    {
        foreach (string name in Naming)
            if (Beyond(parameters.Get(name), vocabulary) is { } token)
                throw new RefusedParameterException($"Parameter {name} names the token {token}, which the model does not have: its tokens are 0 to {vocabulary - 1}. Take it out, or give another.");
    }

    /// <summary>Checks the model's own: what its files forbid beside its vocabulary changes nothing, but what they force leaves nothing to write.</summary>
    /// <param name="defaults">What the files say.</param>
    /// <param name="directory">The model's folder.</param>
    /// <param name="vocabulary">Logits that the model gives.</param>
    /// <exception cref="ModelFormatException">They force a token beyond them.</exception>
    public static void Check(GenerationDefaults defaults, string directory, int vocabulary)
    {
        foreach (string name in Forcing)
            if (Beyond(defaults.Values[name], vocabulary) is { } token)
                throw new ModelFormatException($"{directory}: \"{name}\" in generation_config.json or config.json names the token {token}, and the graph gives logits of 0 to {vocabulary - 1} alone. "
                    + "Use the files that belong to this graph, or take it out.");
    }

    private static int? Beyond(JsonNode? value, int vocabulary) => value switch
    {
        JsonArray list => list.Select(item => Beyond(item, vocabulary)).FirstOrDefault(token => token is not null),
        JsonValue number when number.TryGetValue(out int token) && token >= vocabulary => token,
        _ => null,
    };
}
