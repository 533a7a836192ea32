using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference;

public sealed class BatchPlannerTests
{
    [Fact]
    public void Rows_go_longest_first_and_equal_rows_keep_their_order()
    {
        var (order, ends) = Plan(10, 3, 7, 3, 7);
        Assert.Equal([1, 3, 0, 2], order);
        Assert.Equal([1, 2, 4], ends);
    }

    [Fact]
    public void A_row_over_the_budget_runs_alone()
    {
        var (order, ends) = Plan(10, 500, 4, 5);
        Assert.Equal([0, 2, 1], order);
        Assert.Equal([1, 3], ends);
    }

    [Fact]
    public void No_rows_make_no_batches() => Assert.Empty(Plan(10).Ends);

    [Fact]
    public void Every_row_is_in_one_batch_and_no_batch_is_over_the_budget()
    {
        var random = new Random(7);
        int[] lengths = [.. Enumerable.Range(0, 5000).Select(_ => 1 + (int)(512 * Math.Pow(random.NextDouble(), 4)))];
        var (order, ends) = Plan(512, lengths);
        Assert.Equal(Enumerable.Range(0, lengths.Length), order.Order());
        int start = 0;
        long padded = 0;
        foreach (int end in ends)
        {
            int longest = lengths[order[start]];
            Assert.All(order[start..end], row => Assert.InRange(lengths[row], 1, longest));
            Assert.InRange((end - start) * longest, 1, 512);
            padded += (end - start) * longest;
            start = end;
        }

        Assert.Equal(lengths.Length, start);
        Assert.True(lengths.Sum() > 0.95 * padded, $"{lengths.Sum()} of {padded} padded tokens are useful");
    }

    private static (int[] Order, List<int> Ends) Plan(int maxBatchTokens, params int[] lengths)
    {
        int[] order = new int[lengths.Length];
        var ends = new List<int>();
        BatchPlanner.Plan(lengths, maxBatchTokens, order, ends);
        return (order, ends);
    }
}
