namespace BatchInfer.Inference;

/// <summary>Makes a space of the suffix that ends a word, and nothing of the last one.</summary>
internal sealed class BpeDecoder(string suffix) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        if (suffix.Length == 0) return;
        for (int i = 0; i < tokens.Count; i++)
            tokens[i] = tokens[i].Replace(suffix, i == tokens.Count - 1 ? "" : " ", StringComparison.Ordinal);
    }
}
