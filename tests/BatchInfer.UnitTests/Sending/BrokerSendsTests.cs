using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Logging.Abstractions;

namespace BatchInfer.UnitTests.Sending;

/// <summary>A send that never ends, as RabbitMQ's client has them, holds nobody up.</summary>
public sealed class BrokerSendsTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_send_that_never_ends_and_heeds_no_token_is_given_up()
    {
        var never = new TaskCompletionSource();
        await Assert.ThrowsAsync<TimeoutException>(() => BrokerSends.WithinAsync(_ => never.Task, TimeSpan.FromMilliseconds(20), Ct));
    }

    [Fact]
    public async Task Whoever_stops_is_not_held_by_it()
    {
        var never = new TaskCompletionSource();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        var sending = BrokerSends.UntilTakenAsync(_ => never.Task, NullLogger.Instance, stop.Token);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task A_fault_of_the_send_is_its_callers_also_one_of_time()
    {
        int sent = 0;
        await Assert.ThrowsAsync<TimeoutException>(() => BrokerSends.UntilTakenAsync(_ => { sent++; throw new TimeoutException(); }, NullLogger.Instance, Ct));
        Assert.Equal(1, sent);
    }
}
