using BatchInfer.Contracts;
using BatchInfer.Worker;

namespace BatchInfer.UnitTests.Worker;

public sealed class LengthTallyTests
{
    [Fact]
    public void A_row_counts_under_the_power_of_two_that_holds_it()
    {
        var tally = new LengthTally();
        foreach (int tokens in (int[])[1, 2, 3, 4, 16, 17, 512]) tally.Add(tokens, tokens + 1);
        Assert.Equal(
            [
                new LengthBucket(1, 1, 1, 2), new LengthBucket(2, 1, 2, 3), new LengthBucket(4, 2, 7, 9), new LengthBucket(16, 1, 16, 17),
                new LengthBucket(32, 1, 17, 18), new LengthBucket(512, 1, 512, 513),
            ],
            tally.Buckets());
    }
}
