using BatchInfer.Contracts;
using BatchInfer.Standalone;
using MassTransit;

namespace BatchInfer.UnitTests.Standalone;

/// <summary>A process in one piece is started when each of its services has heard of its models.</summary>
public sealed class ModelsAnnouncedTests
{
    [Fact]
    public async Task One_that_hears_several_heartbeats_does_not_stand_for_the_other()
    {
        var ct = TestContext.Current.CancellationToken;
        var (beats, late) = (new SemaphoreSlim(0), new TaskCompletionSource());
        var bus = Bus.Factory.CreateUsingInMemory(configuration =>
        {
            configuration.ReceiveEndpoint("quick", e =>
            {
                e.ConcurrentMessageLimit = 1;
                e.Handler<WorkerAnnounced>(_ =>
                {
                    beats.Release();
                    return Task.CompletedTask;
                });
            });
            configuration.ReceiveEndpoint("busy", e => e.Handler<WorkerAnnounced>(_ => late.Task));
        });
        var announced = new ModelsAnnounced();
        bus.ConnectConsumeMessageObserver(announced);
        await bus.StartAsync(ct);
        try
        {
            // One by one: where the third is in hand, the first two are done.
            for (int i = 0; i < 3; i++) await bus.Publish(new WorkerAnnounced("w", "h", [], [], DateTimeOffset.UnixEpoch, false), ct);
            for (int i = 0; i < 3; i++) await beats.WaitAsync(ct);
            Assert.False(announced.Heard.IsCompleted);
            late.SetResult();
            await announced.Heard.WaitAsync(ct);
        }
        finally
        {
            late.TrySetResult();
            await bus.StopAsync(ct);
        }
    }
}
