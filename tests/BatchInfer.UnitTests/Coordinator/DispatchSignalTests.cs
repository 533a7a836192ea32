using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.UnitTests.Hosting;

namespace BatchInfer.UnitTests.Coordinator;

public sealed class DispatchSignalTests : IDisposable
{
    private readonly HeldTime _time = new();
    private readonly DispatchSignal _signal;

    public DispatchSignalTests() => _signal = new DispatchSignal(_time);

    public void Dispose() => _signal.Dispose();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Of_few_workers_every_stored_shard_makes_a_round(int together)
    {
        _signal.Gather(together);
        _signal.Stored();
        Assert.True(await IsSetAsync());
        _signal.Begin();
        _signal.Stored();
        Assert.True(await IsSetAsync());
    }

    [Fact]
    public async Task Of_many_workers_the_stored_shards_are_gathered()
    {
        _signal.Gather(3);
        _signal.Stored();
        _signal.Stored();
        Assert.False(await IsSetAsync());
        _signal.Stored();
        Assert.True(await IsSetAsync());
    }

    [Fact]
    public async Task One_alone_does_not_wait_for_ever_nor_does_the_first_behind_a_round()
    {
        _signal.Gather(100);
        for (int round = 0; round < 2; round++)
        {
            _signal.Stored();
            Assert.False(await IsSetAsync());
            _time.Pass();
            Assert.True(await IsSetAsync());
            _signal.Begin();
        }
    }

    [Fact]
    public async Task What_a_round_saw_is_not_counted_for_the_next()
    {
        _signal.Gather(2);
        _signal.Stored();
        _signal.Begin();
        _signal.Stored();
        Assert.False(await IsSetAsync());
    }

    [Fact]
    public async Task Anything_but_a_stored_shard_makes_a_round_at_once()
    {
        _signal.Gather(100);
        _signal.Set();
        Assert.True(await IsSetAsync());
    }

    private Task<bool> IsSetAsync() => _signal.WaitAsync(TimeSpan.Zero, TestContext.Current.CancellationToken);
}
