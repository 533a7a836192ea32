using BatchInfer.Coordinator.EstimateJob;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>What a plan's estimates stand on.</summary>
public sealed class EstimateTests
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Nothing_measured_is_no_pace() => Assert.Equal((null, 0.0), EarlierShards.Measure([]));

    [Fact]
    public void Shards_side_by_side_in_one_worker_take_its_time_once()
    {
        // The first worker is busy from 0 to 15 and from 20 to 30, the second for 5 seconds: 30 together.
        MeasuredShard[] shards =
        [
            Shard("a", 0, 10), Shard("a", 5, 15), Shard("a", 6, 8), Shard("a", 20, 30),
            Shard("b", 0, 5),
        ];
        var (pace, tokensPerRecord) = EarlierShards.Measure(shards);
        Assert.Equal((5, 500L, 16.667, 166.667), (pace!.Shards, pace.Records, pace.RecordsPerWorkerSecond, pace.TokensPerWorkerSecond));
        Assert.Equal(10, tokensPerRecord);
    }

    [Fact]
    public void A_clock_that_runs_backwards_measures_nothing() => Assert.Null(EarlierShards.Measure([Shard("a", 10, 5)]).Pace);

    [Fact]
    public void A_sample_is_of_different_inputs_and_the_same_in_any_order()
    {
        var inputs = Enumerable.Range(0, 4 * InputSample.Size).Select(i => (Key: Guid.NewGuid(), Text: $"text {i}")).ToArray();
        var (first, second) = (new InputSample(), new InputSample());
        foreach (var (key, text) in inputs.Concat(inputs)) first.Offer(key, text, null);
        foreach (var (key, text) in inputs.Reverse()) second.Offer(key, text, null);

        Assert.Equal(InputSample.Size, first.Inputs.Count);
        Assert.Equal(inputs.Select(i => i.Key).Order().Take(InputSample.Size), first.Inputs.Keys.Order());
        Assert.Equal(first.Inputs.Keys, second.Inputs.Keys);
        Assert.True(first.IsWhole);
    }

    [Fact]
    public void A_sample_holds_the_beginning_of_a_long_text_and_says_so()
    {
        var sample = new InputSample();
        sample.Offer(Guid.NewGuid(), string.Concat(Enumerable.Repeat("a\U0001F600", 20_000)), new string('b', 20_000));
        var (text, pair, _) = Assert.Single(sample.Inputs.Values);
        Assert.False(sample.IsWhole);
        Assert.True(text.Length <= 16_384 && pair!.Length == 16_384 && !char.IsHighSurrogate(text[^1]));
    }

    private static MeasuredShard Shard(string worker, int from, int to) => new(worker, Start.AddSeconds(from), Start.AddSeconds(to), 100, 1000);
}
