namespace BatchInfer.Inference;

/// <summary>Tokenises the inputs of a call.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="contextLength">Tokens that the model takes.</param>
/// <param name="isEncoderDecoder">Whether an input is a source rather than the beginning of the text that is written.</param>
internal sealed class PromptEncoder(TextTokenizer tokenizer, int contextLength, bool isEncoderDecoder)
{
    /// <summary>The inputs one after another, each tokenised when it is asked for.</summary>
    public IEnumerable<GenerationRequest> Encode(GenerationCall call, IReadOnlyList<TextInput> inputs)
    {
        var options = Options(call);
        using var encoder = tokenizer.CreateEncoder();
        using var tokens = new TokenBuffer();
        for (int i = 0; i < inputs.Count; i++)
        {
            tokens.Clear();
            long characters = (long)inputs[i].Text.Length + (inputs[i].TextPair?.Length ?? 0);
            // Longer texts take seconds to tokenise only to be refused.
            var encoded = characters > WindowTokenizer.MaxCharacters ? EncodeResult.TooLong : encoder.Encode(inputs[i], options, tokens);
            yield return new GenerationRequest(call, i, encoded.Fits ? [.. tokens.Ids] : TooMany, encoded.TokensCut);
        }
    }

    // More than any model takes; nothing but their number is looked at.
    private static readonly int[] TooMany = new int[WindowTokenizer.MaxCharacters];

    private EncodeOptions Options(GenerationCall call)
    {
        var settings = call.Settings;
        if (!settings.Truncation) return EncodeOptions.Whole with { AddSpecialTokens = settings.AddSpecialTokens };
        // Of a prompt the end counts, and there must be room for an answer.
        bool isPrompt = !isEncoderDecoder && call.Scoring is null;
        int room = settings.MaxNewTokens is { } answer ? contextLength - answer : Math.Min(contextLength, settings.MaxLength ?? contextLength) - 1;
        return new EncodeOptions(isPrompt ? Math.Max(1, room) : contextLength)
        {
            AddSpecialTokens = settings.AddSpecialTokens,
            Side = isPrompt ? TruncationSide.Left : TruncationSide.Right,
        };
    }
}
