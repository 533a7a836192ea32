using BatchInfer.Coordinator.DispatchShards;

namespace BatchInfer.UnitTests.Coordinator;

public sealed class WeightedRoundRobinTests
{
    private static readonly Guid A = Guid.Parse("00000000-0000-0000-0000-00000000000a"), B = Guid.Parse("00000000-0000-0000-0000-00000000000b");

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(40)]
    public void Slots_are_shared_by_weight_however_few_are_dealt_at_once(int atOnce)
    {
        var share = new WeightedRoundRobin();
        int a = 0, b = 0;
        for (int dealt = 0; dealt < 120; dealt += atOnce)
        {
            var slots = share.Deal([(A, 30, 1000), (B, 10, 1000)], atOnce);
            a += slots.GetValueOrDefault(A);
            b += slots.GetValueOrDefault(B);
        }

        Assert.Equal((90, 30), (a, b));
    }

    [Fact]
    public void What_one_job_has_no_use_for_the_others_get()
    {
        var slots = new WeightedRoundRobin().Deal([(A, 100, 2), (B, 1, 50)], 10);
        Assert.Equal((2, 8), (slots[A], slots[B]));
    }

    [Fact]
    public void A_job_that_comes_late_gets_its_share_and_no_more()
    {
        var share = new WeightedRoundRobin();
        share.Deal([(A, 10, 1000)], 500);
        var slots = share.Deal([(A, 10, 1000), (B, 10, 1000)], 20);
        Assert.Equal((10, 10), (slots[A], slots[B]));
    }

    [Fact]
    public void Nobody_wants_anything() => Assert.Empty(new WeightedRoundRobin().Deal([(A, 10, 0)], 5));
}
