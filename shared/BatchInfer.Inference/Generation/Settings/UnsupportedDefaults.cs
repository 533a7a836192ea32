using System.Collections.Frozen;
using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Settings of Hugging Face's generation that change what is written and that this engine does not have.</summary>
internal static class UnsupportedDefaults
{
    // With the number at which each changes nothing; files are full of those. What is no number here changes nothing when it is empty.
    private static readonly FrozenDictionary<string, double?> s_neutral = new Dictionary<string, double?>(StringComparer.Ordinal)
    {
        ["min_p"] = 0, ["typical_p"] = 1, ["epsilon_cutoff"] = 0, ["eta_cutoff"] = 0, ["top_h"] = null, ["penalty_alpha"] = 0,
        ["num_beam_groups"] = 1, ["diversity_penalty"] = 0, ["constraints"] = null, ["force_words_ids"] = null,
        ["encoder_repetition_penalty"] = 1, ["encoder_no_repeat_ngram_size"] = 0, ["exponential_decay_length_penalty"] = null,
        ["guidance_scale"] = 1, ["sequence_bias"] = null, ["forced_decoder_ids"] = null, ["dola_layers"] = null, ["watermarking_config"] = null,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Refuses a setting by name where it would change the texts: ignored, the model would write others than it does elsewhere.</summary>
    /// <exception cref="ModelFormatException">It would.</exception>
    public static void Check(string name, JsonComponent value)
    {
        if (!s_neutral.TryGetValue(name, out double? neutral) || IsNeutral(value.Element, neutral)) return;
        string whatToDo = neutral is { } number
            ? string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Take it out, or set it to {number}, if the texts may be written without it.")
            : "Take it out if the texts may be written without it.";
        throw value.Wrong("is not supported", whatToDo);
    }

    private static bool IsNeutral(JsonElement value, double? neutral) => value.ValueKind switch
    {
        JsonValueKind.Number => value.TryGetDouble(out double number) && number == neutral,
        JsonValueKind.Null or JsonValueKind.False => true,
        JsonValueKind.Array => value.GetArrayLength() == 0,
        JsonValueKind.Object => !value.EnumerateObject().MoveNext(),
        _ => false,
    };
}
