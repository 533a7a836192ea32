using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.LoadModel;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.Announce;

/// <summary>Says at start, and as a heartbeat, which models this worker serves and which shards it holds and how far they are; and when it leaves.</summary>
internal sealed partial class WorkerAnnouncer(
    IBus bus, WorkerIdentity identity, ServedModels models, ModelQueues queues, ShardsInHand hand, IOptions<WorkerOptions> options, TimeProvider time,
    ILogger<WorkerAnnouncer> logger) : BackgroundService
{
    private static readonly TimeSpan FarewellTimeout = TimeSpan.FromSeconds(2);

    // A beat that is not confirmed by then is given up: the next one says more.
    private static readonly TimeSpan BeatTimeout = TimeSpan.FromSeconds(10);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        try
        {
            // With a timeout of its own: an absent broker must not hold up the stop.
            using var timeout = new CancellationTokenSource(FarewellTimeout);
            await AnnounceAsync(leaving: true, timeout.Token);
        }
        catch (Exception e)
        {
            LogNotSent(e.Message);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Announced before its queues are there, it would be sent shards that nothing takes.
        await queues.Ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.HeartbeatSeconds), time);
        do
        {
            try
            {
                await BrokerSends.WithinAsync(ct => AnnounceAsync(leaving: false, ct), BeatTimeout, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // The next beat says the same.
                LogNotSent(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private Task AnnounceAsync(bool leaving, CancellationToken ct)
    {
        var (shards, progress) = hand.Progress;
        return bus.Publish(
            new WorkerAnnounced(identity.Id, identity.Host, models.Descriptors, shards, time.GetUtcNow(), leaving, Environment.WorkingSet, hand.OnlyWait, progress), ct);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not announce this worker: {Reason}")]
    private partial void LogNotSent(string reason);
}
