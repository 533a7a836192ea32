namespace BatchInfer.Inference;

/// <summary>Orders scores, the best first; equal ones keep their order.</summary>
internal static class Ranking
{
    /// <summary>Finds the best of some scores.</summary>
    /// <param name="scores">The scores.</param>
    /// <param name="best">Takes the places of the best ones, as many as it has room for; no longer than the scores.</param>
    public static void Best(ReadOnlySpan<float> scores, Span<int> best)
    {
        int count = 0;
        for (int i = 0; i < scores.Length; i++)
        {
            if (count == best.Length && !(scores[i] > scores[best[count - 1]])) continue;
            int at = count < best.Length ? count++ : count - 1;
            for (; at > 0 && scores[best[at - 1]] < scores[i]; at--) best[at] = best[at - 1];
            best[at] = i;
        }
    }
}
