namespace BatchInfer.Inference;

/// <summary>Finds stop strings in texts as they grow, wherever the borders of their tokens are. Shared by all threads.</summary>
internal sealed class StopStrings(TextTokenizer tokenizer, IReadOnlyList<string> strings)
{
    // A token has a byte at least; those that have none (special tokens) are few.
    private readonly int _tail = strings.Max(s => System.Text.Encoding.UTF8.GetByteCount(s)) + 8;

    /// <summary>Says that a text ends where its last token completes a stop string.</summary>
    public FinishReason? EndOf(TokenHistory history, int promptTokens)
    {
        var written = history.Tokens[promptTokens..];
        return Find(tokenizer.Decode(written[Math.Max(0, written.Length - _tail)..], skipSpecialTokens: true)) >= 0 ? FinishReason.StopString : null;
    }

    /// <summary>Where the first stop string of a text begins, or −1.</summary>
    public int Find(string text)
    {
        int first = -1;
        foreach (string stop in strings)
        {
            int at = text.IndexOf(stop, StringComparison.Ordinal);
            if (at >= 0 && (first < 0 || at < first)) first = at;
        }

        return first;
    }
}
