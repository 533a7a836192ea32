namespace BatchInfer.Inference;

/// <summary>Puts a space before each token that begins a word.</summary>
/// <param name="prefix">What a token that does not begin a word begins with.</param>
/// <param name="cleanup">Whether to take out spaces before punctuation and in English contractions.</param>
internal sealed class WordPieceDecoder(string prefix, bool cleanup) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (i > 0) token = token.StartsWith(prefix, StringComparison.Ordinal) ? token[prefix.Length..] : " " + token;
            tokens[i] = cleanup ? DecodingCleanup.Apply(token) : token;
        }
    }
}
