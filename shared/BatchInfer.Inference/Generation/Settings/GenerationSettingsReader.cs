using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Reads a call's settings: effective parameters, over what only the model's files say.</summary>
internal sealed class GenerationSettingsReader(GenerationDefaults defaults, SpecialTokens specialTokens, InferenceParameters parameters)
{
    /// <param name="isEncoderDecoder">Whether there must be a token to start with.</param>
    /// <exception cref="ModelFormatException">The model's files do not say what must be known.</exception>
    public GenerationSettings Read(bool isEncoderDecoder)
    {
        int[] eos = Tokens("eos_token_id");
        if (eos.Length == 0 && specialTokens.Eos is { } end) eos = [end];
        return new GenerationSettings
        {
            MaxNewTokens = Whole("max_new_tokens"),
            MaxLength = Whole("max_length"),
            MinNewTokens = Whole("min_new_tokens") ?? 0,
            MinLength = Whole("min_length") ?? 0,
            EosTokens = eos,
            StopStrings = [.. parameters.GetTexts("stop_strings")],
            DecoderStartToken = isEncoderDecoder ? DecoderStart() : 0,
            ForcedBosToken = First("forced_bos_token_id"),
            ForcedEosTokens = Tokens("forced_eos_token_id"),
            SuppressTokens = Tokens("suppress_tokens"),
            BeginSuppressTokens = Tokens("begin_suppress_tokens"),
            BadWords = BadWords(eos),
            RepetitionPenalty = Number("repetition_penalty") ?? 1,
            NoRepeatNgramSize = Whole("no_repeat_ngram_size") ?? 0,
            DoSample = parameters.GetBool("do_sample", false),
            Temperature = Number("temperature") ?? 1,
            TopK = Whole("top_k") ?? 50,
            TopP = Number("top_p") ?? 1,
            Seed = Whole("seed") ?? 0,
            NumReturnSequences = Whole("num_return_sequences") ?? 1,
            NumBeams = Whole("num_beams") ?? 1,
            LengthPenalty = Number("length_penalty") ?? 1,
            EarlyStopping = ReadEarlyStopping(),
            Truncation = parameters.GetBool("truncation", false),
            AddSpecialTokens = parameters.GetBool("add_special_tokens", true),
            ReturnLogprobs = parameters.GetBool("return_logprobs", false),
        };
    }

    private int DecoderStart() => First("decoder_start_token_id") ?? First("bos_token_id") ?? specialTokens.Bos
        ?? throw new ModelFormatException("Neither generation_config.json nor config.json names decoder_start_token_id, the token that a text starts with. Add it.");

    private EarlyStopping ReadEarlyStopping() => parameters.Get("early_stopping")?.GetValueKind() switch
    {
        JsonValueKind.True => EarlyStopping.FirstFinished,
        JsonValueKind.String => EarlyStopping.Never,
        _ => EarlyStopping.Heuristic,
    };

    private int? Whole(string name) => parameters.Get(name)?.GetValue<int>();

    private double? Number(string name) => parameters.Get(name)?.GetValue<double>();

    private JsonNode? OwnOrModels(string name) => parameters.Get(name) ?? defaults.Values[name];

    private int? First(string name) => Tokens(name) is [var first, ..] ? first : null;

    private int[] Tokens(string name) => TokensOf(OwnOrModels(name));

    // Published files also hold -1 and other marks of "none".
    private static int[] TokensOf(JsonNode? node) => node switch
    {
        JsonArray list => [.. list.SelectMany(TokensOf)],
        JsonValue value when value.TryGetValue(out int token) && token >= 0 => [token],
        _ => [],
    };

    // A ban of the closing token alone would only make every text as long as it may be.
    private int[][] BadWords(int[] eos) => OwnOrModels("bad_words_ids") is JsonArray words
        ? [.. words.Select(TokensOf).Where(w => w.Length > 0 && !(w is [var only] && eos.Contains(only)))]
        : [];
}
