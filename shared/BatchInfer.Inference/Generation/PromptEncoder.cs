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
            long characters = (long)inputs[i].Text.Length + (inputs[i].TextPair?.Length ?? 0);
            if (characters > WindowTokenizer.MaxCharacters)
            {
                // Longer texts take seconds to tokenise only to be refused.
                yield return Refused(call, i, $"The text has {characters} characters; at most {WindowTokenizer.MaxCharacters} are taken. Shorten it.");
                continue;
            }

            tokens.Clear();
            var encoded = encoder.Encode(inputs[i], options, tokens);
            yield return encoded.Fits
                ? new GenerationRequest(call, i, [.. tokens.Ids], encoded.TokensCut)
                : Refused(call, i, $"The text cannot be cut to {options.MaxLength} tokens: those that stand around it are more.");
        }
    }

    private static GenerationRequest Refused(GenerationCall call, int index, string problem) => new(call, index, [], 0) { Problem = problem };

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
