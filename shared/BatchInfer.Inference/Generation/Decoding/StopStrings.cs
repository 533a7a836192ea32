namespace BatchInfer.Inference;

/// <summary>Finds stop strings in texts as they grow, wherever the borders of their tokens are.</summary>
internal sealed class StopStrings(string[] strings, Func<int[], string> decode)
{
    public FinishReason? EndOf(TokenHistory history, int promptTokens)
    {
        string text = decode(history.Tokens[promptTokens..].ToArray());
        return strings.Any(s => text.Contains(s, StringComparison.Ordinal)) ? FinishReason.StopString : null;
    }
}
