namespace BatchInfer.Inference;

/// <summary>
/// Sorts rows by length and packs them to a budget of padded tokens. The longest go first, so that the runs side by side
/// end on the cheapest batches and none waits long for another.
/// </summary>
internal static class BatchPlanner
{
    /// <summary>Plans the batches of some rows.</summary>
    /// <param name="lengths">Tokens of each row.</param>
    /// <param name="maxBatchTokens">Rows × longest row that a batch may have; a longer row is a batch by itself.</param>
    /// <param name="order">Takes the row numbers, batch after batch; as long as <paramref name="lengths"/>.</param>
    /// <param name="ends">Takes where in <paramref name="order"/> each batch ends.</param>
    public static void Plan(ReadOnlySpan<int> lengths, int maxBatchTokens, Span<int> order, List<int> ends)
    {
        Sort(lengths, order);
        ends.Clear();
        for (int start = 0, end = 0; start < lengths.Length; start = end)
        {
            int longest = lengths[order[start]];
            do end++;
            while (end < lengths.Length && (long)(end - start + 1) * longest <= maxBatchTokens);
            ends.Add(end);
        }
    }

    // One key holds length and row: equal lengths keep their order, and nothing but numbers is compared.
    private static void Sort(ReadOnlySpan<int> lengths, Span<int> order)
    {
        using var keys = new PooledBuffer<long>();
        for (int row = 0; row < lengths.Length; row++) keys.Append(((long)(int.MaxValue - lengths[row]) << 32) | (uint)row);
        keys.MutableSpan.Sort();
        for (int i = 0; i < order.Length; i++) order[i] = (int)keys.Span[i];
    }
}
