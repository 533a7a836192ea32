using BatchInfer.Contracts;
using BatchInfer.Coordinator.Timeline;

namespace BatchInfer.UnitTests.Coordinator;

public sealed class TimelineBuilderTests
{
    private static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_hundred_thousand_shards_add_up_to_their_records_in_a_small_answer()
    {
        const int shards = 100_000;
        var builder = new TimelineBuilder(From, At(shards / 10.0));
        for (int i = 0; i < shards; i++) builder.Add(Shard(i, $"w{i % 10}", i / 10.0, i / 10.0 + 0.5, i / 10.0 + 0.9));
        var timeline = builder.Build();

        double records = timeline.Throughput.Sum(b => b.ComputedPerSecond) * timeline.BucketSeconds;
        Assert.Equal(shards * 7.0, records, shards * 0.01);
        Assert.Equal(shards, timeline.Workers.Sum(w => w.Shards));
        Assert.Equal(shards, timeline.Workers.Sum(w => w.Rows.Sum(r => r.Sum(s => s.Shards))));
        Assert.InRange(timeline.Workers.Sum(w => w.Rows.Sum(r => r.Count)), 10, 10 * 800);
        Assert.Equal(10, timeline.Slowest.Count);
    }

    [Fact]
    public void Shards_that_overlap_stand_side_by_side_and_those_in_flight_have_no_end()
    {
        var builder = new TimelineBuilder(From, At(100));
        builder.Add(Shard(0, "w", 0, 40, 50));
        builder.Add(Shard(1, "w", 20, 60, 70));
        builder.Add(new ShardTimes(2, "w", 1, At(80), null, null, null, 0, 0, 0, 0, 0));
        var lane = Assert.Single(builder.Build().Workers);

        Assert.Equal(2, lane.Rows.Count);
        Assert.Equal((2, 14L, 90.0), (lane.Shards, lane.Records, lane.BusySeconds));
        Assert.Null(lane.Rows[0][^1].Persisted);
        Assert.Equal(40, lane.Rows[0][0].Inferred);
    }

    [Fact]
    public void Records_are_counted_by_their_own_length_where_the_worker_said_it_and_by_the_mean_where_not()
    {
        LengthBucket[] lengths = [new(16, 4, 50, 52), new(64, 3, 140, 150)];
        var builder = new TimelineBuilder(From, At(100));
        builder.Add(Shard(0, "w", 0, 40, 50) with { Lengths = StoredLengths.Write(lengths) });
        builder.Add(Shard(1, "w", 20, 60, 70) with { Lengths = StoredLengths.Write(lengths) });
        builder.Add(Shard(2, "w", 70, 80, 90));

        Assert.Equal([new LengthBucket(16, 8, 100, 104), new LengthBucket(32, 7, 140, 150), new LengthBucket(64, 6, 280, 300)], builder.Build().Lengths);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("16:4:50")]
    [InlineData("16:4:50:52:1")]
    [InlineData("16:4:50:52 x")]
    [InlineData("16:-4:50:52")]
    public void Lengths_that_say_nothing_are_none(string? stored) => Assert.Empty(StoredLengths.Read(stored));

    private static ShardTimes Shard(int number, string worker, double started, double inferred, double persisted) =>
        new(number, worker, 1, At(started), At(started), At(inferred), At(persisted), 7, 0, 0, 140, 150);

    private static DateTimeOffset At(double seconds) => From.AddSeconds(seconds);
}
