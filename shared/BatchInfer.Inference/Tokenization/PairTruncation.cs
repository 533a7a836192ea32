namespace BatchInfer.Inference;

/// <summary>How much of each text of a pair stays when both are too long together.</summary>
internal static class PairTruncation
{
    /// <summary>Tokens of each text that stay, or null where the strategy cannot bring them down to the limit without cutting a text to nothing.</summary>
    /// <param name="strategy">Which text gives way.</param>
    /// <param name="first">Tokens of the first text.</param>
    /// <param name="second">Tokens of the second text; 0 without one.</param>
    /// <param name="room">Tokens that fit, special tokens taken off.</param>
    /// <param name="isPair">Whether there is a second text.</param>
    public static (int First, int Second)? Cut(TruncationStrategy strategy, int first, int second, int room, bool isPair)
    {
        if ((long)first + second <= room) return (first, second);
        switch (strategy)
        {
            case TruncationStrategy.LongestFirst: return LongestFirst(first, second, room, isPair);
            case TruncationStrategy.OnlyFirst when second < room: return (room - second, second);
            case TruncationStrategy.OnlySecond when isPair && first < room: return (first, room - first);
            default: return null;
        }
    }

    // The longer text gives way until both are as long, then both do.
    private static (int First, int Second) LongestFirst(int first, int second, int room, bool isPair)
    {
        if (!isPair) return (Math.Min(first, room), 0);
        int shorter = Math.Min(first, second);
        int longer = shorter > room ? shorter : Math.Max(shorter, room - shorter);
        if (shorter + longer > room)
        {
            shorter = room / 2;
            longer = shorter + room % 2;
        }

        return first > second ? (longer, shorter) : (shorter, longer);
    }
}
