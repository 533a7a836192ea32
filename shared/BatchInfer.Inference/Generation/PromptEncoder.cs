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
        var (first, longest, cut) = Options(call);
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
            var encoded = encoder.Encode(inputs[i], first, tokens);
            if (tokens.Count > longest)
            {
                tokens.Clear();
                encoded = encoder.Encode(inputs[i], cut, tokens);
            }

            yield return encoded.Fits
                ? new GenerationRequest(call, i, [.. tokens.Ids], encoded.TokensCut)
                : Refused(call, i, $"The text cannot be cut to {cut.MaxLength} tokens: those that stand around it are more.");
        }
    }

    private static GenerationRequest Refused(GenerationCall call, int index, string problem) => new(call, index, [], 0) { Problem = problem };

    /// <returns>How a text is tokenised, and how it is done anew where it comes to more than <c>Longest</c> tokens.</returns>
    private (EncodeOptions First, int Longest, EncodeOptions Cut) Options(GenerationCall call)
    {
        var settings = call.Settings;
        var whole = EncodeOptions.Whole with { AddSpecialTokens = settings.AddSpecialTokens };
        if (!settings.Truncation) return (whole, int.MaxValue, whole);
        if (isEncoderDecoder || call.Scoring is not null)
        {
            int longest = call.Scoring is null ? contextLength : settings.LongestScored(contextLength);
            var limited = whole with { MaxLength = longest };
            return (limited, longest, limited);
        }

        // Of a prompt the end counts.
        var limits = settings.PromptLimits(contextLength);
        return (whole, limits.Longest, whole with { MaxLength = limits.Cut, Side = TruncationSide.Left });
    }
}
