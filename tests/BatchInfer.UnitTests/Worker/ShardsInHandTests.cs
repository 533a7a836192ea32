using BatchInfer.Contracts;
using BatchInfer.Worker;

namespace BatchInfer.UnitTests.Worker;

public sealed class ShardsInHandTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void They_only_wait_when_each_of_them_does()
    {
        var hands = new ShardsInHand();
        Assert.False(hands.OnlyWait);
        using var first = hands.Take(new ShardId(Guid.NewGuid(), 1), Ct)!;
        Assert.False(hands.OnlyWait);
        first.Waits = true;
        Assert.True(hands.OnlyWait);
        using (hands.Take(new ShardId(Guid.NewGuid(), 2), Ct)) Assert.False(hands.OnlyWait);
        Assert.True(hands.OnlyWait);
        first.Waits = false;
        Assert.False(hands.OnlyWait);
    }

    [Fact]
    public void The_heartbeat_is_told_how_far_each_is()
    {
        var hands = new ShardsInHand();
        var (first, second) = (new ShardId(Guid.NewGuid(), 1), new ShardId(Guid.NewGuid(), 2));
        using var one = hands.Take(first, Ct)!;
        using var two = hands.Take(second, Ct)!;
        two.Progress = new ShardProgress(7, 90);
        var (shards, progress) = hands.Progress;
        Assert.Equal([first, second], shards);
        Assert.Equal([default, new ShardProgress(7, 90)], progress);
    }

    [Fact]
    public void A_shard_of_a_cancelled_job_is_cancelled_when_it_comes()
    {
        var hands = new ShardsInHand();
        var job = Guid.NewGuid();
        using var held = hands.Take(new ShardId(job, 1), Ct)!;
        using var other = hands.Take(new ShardId(Guid.NewGuid(), 1), Ct)!;
        hands.Cancel(job);
        using var late = hands.Take(new ShardId(job, 2), Ct)!;
        Assert.Equal((true, true, false), (held.JobCancelled, late.JobCancelled, other.JobCancelled));
        Assert.True(late.Token.IsCancellationRequested);
    }

    [Fact]
    public async Task When_they_are_put_down_each_ends_and_none_is_taken_any_more()
    {
        var hands = new ShardsInHand();
        var (first, second) = (hands.Take(new ShardId(Guid.NewGuid(), 1), Ct)!, hands.Take(new ShardId(Guid.NewGuid(), 2), Ct)!);
        var empty = hands.PutDownAsync(TimeSpan.FromMinutes(1));
        foreach (var hand in (ShardsInHand.Hand[])[first, second])
        {
            var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using (hand.Token.Register(ended.SetResult)) await ended.Task.WaitAsync(Ct);
            Assert.Equal((false, false), (hand.JobCancelled, hand.Farewell.IsCancellationRequested));
            Assert.Null(hands.Take(new ShardId(Guid.NewGuid(), 3), Ct));
            Assert.False(empty.IsCompleted);
            hand.Dispose();
        }

        await empty.WaitAsync(Ct);
        await new ShardsInHand().PutDownAsync(TimeSpan.FromMinutes(1)).WaitAsync(Ct);
    }
}
