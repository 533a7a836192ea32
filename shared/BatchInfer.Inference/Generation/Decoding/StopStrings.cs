using System.Text;

namespace BatchInfer.Inference;

/// <summary>Finds stop strings in texts as they grow, wherever the borders of their tokens are. Shared by all threads.</summary>
internal sealed class StopStrings(ContinuedText text, IReadOnlyList<string> strings)
{
    // Enough that a word begins among them, so that what comes behind is decoded as in the whole text.
    private const int ContextTokens = 4;

    // A token has a byte at least; a few have none.
    private readonly int _tail = strings.Max(Encoding.UTF8.GetByteCount) + 8;

    /// <summary>Whether the last token of a text completes a stop string.</summary>
    /// <param name="history">The text.</param>
    /// <param name="promptTokens">Tokens of it that are not written.</param>
    public bool IsReached(TokenHistory history, int promptTokens)
    {
        var tokens = history.Tokens;
        int tail = Back(tokens, tokens.Length, promptTokens, _tail);
        int context = Back(tokens, tail, text.GoesOnWithPrompt ? 0 : promptTokens, ContextTokens);
        // Nearly always there is none in sight, and the end of the text is all that was decoded.
        if (Find(text.Of(tokens[context..])) < 0) return false;
        return Find(text.After(tokens[context..tail], tokens[tail..])) >= 0
            && Find(text.Answer(tokens[..promptTokens], tokens[promptTokens..])) >= 0;
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

    // So many tokens that are text back from some place.
    private int Back(ReadOnlySpan<int> tokens, int from, int least, int count)
    {
        while (from > least && count > 0)
            if (!text.IsSpecial(tokens[--from])) count--;
        return from;
    }
}
