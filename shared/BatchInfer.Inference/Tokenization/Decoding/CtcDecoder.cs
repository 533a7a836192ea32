namespace BatchInfer.Inference;

/// <summary>Connectionist temporal classification: the same token again and again is one, and padding is none.</summary>
/// <param name="padding">The token of nothing.</param>
/// <param name="delimiter">The token between words.</param>
/// <param name="cleanup">Whether to write the delimiter as a space and clean up.</param>
internal sealed class CtcDecoder(string padding, string delimiter, bool cleanup) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        var decoded = new List<string>(tokens.Count);
        string? last = null;
        foreach (string token in tokens)
        {
            if (token == last) continue;
            last = token;
            string text = padding.Length == 0 ? token : token.Replace(padding, "", StringComparison.Ordinal);
            if (cleanup && delimiter.Length > 0) text = DecodingCleanup.Apply(text).Replace(delimiter, " ", StringComparison.Ordinal);
            if (text.Length > 0) decoded.Add(text);
        }

        tokens.Clear();
        tokens.AddRange(decoded);
    }
}
