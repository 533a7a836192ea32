namespace BatchInfer.Inference;

/// <summary>Makes spaces of SentencePiece's marks; those of the first token go, if the pre-tokeniser put one there.</summary>
internal sealed class MetaspaceDecoder(char mark, PrependScheme scheme) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        string text = mark.ToString();
        for (int i = 0; i < tokens.Count; i++)
            tokens[i] = i == 0 && scheme != PrependScheme.Never ? tokens[i].Replace(text, "", StringComparison.Ordinal) : tokens[i].Replace(mark, ' ');
    }
}
