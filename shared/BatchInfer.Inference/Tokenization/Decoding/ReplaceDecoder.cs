using System.Text;

namespace BatchInfer.Inference;

/// <summary>Replaces what a pattern finds in each token.</summary>
internal sealed class ReplaceDecoder(TextPattern pattern, string replacement) : ITokenDecoder
{
    public void Decode(List<string> tokens)
    {
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            var matches = pattern.Matches(token);
            if (matches.IsEmpty) continue;
            var text = new StringBuilder();
            int from = 0;
            foreach (var match in matches)
            {
                text.Append(token, from, match.Start - from).Append(replacement);
                from = match.End;
            }

            tokens[i] = text.Append(token, from, token.Length - from).ToString();
        }
    }
}
