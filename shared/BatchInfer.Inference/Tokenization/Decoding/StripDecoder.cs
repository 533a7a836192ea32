namespace BatchInfer.Inference;

/// <summary>Takes a character off the ends of each token.</summary>
/// <param name="character">The character.</param>
/// <param name="start">How many times at most at the beginning.</param>
/// <param name="stop">How many times at most at the end.</param>
internal sealed class StripDecoder(string character, int start, int stop) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            for (int n = 0; n < start && token.StartsWith(character, StringComparison.Ordinal); n++) token = token[character.Length..];
            for (int n = 0; n < stop && token.EndsWith(character, StringComparison.Ordinal); n++) token = token[..^character.Length];
            tokens[i] = token;
        }
    }
}
