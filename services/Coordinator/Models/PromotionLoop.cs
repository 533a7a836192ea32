using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Models;

/// <summary>
/// Says again, from time to time, what names stand for: the message sent at a promotion may have been lost with its broker, and
/// a results service may be new.
/// </summary>
internal sealed class PromotionLoop(CoordinatorDatabase database, Leadership leadership, IBus bus, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    // What nobody took until then is said again anyway, so that a results service that is away finds no thousand of them.
    private static readonly TimeSpan Expires = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(SayAsync, stoppingToken);

    private async Task SayAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Every, time);
        do
        {
            await using var context = await database.OpenAsync(ct);
            var models = await context.Models.AsNoTracking().ToListAsync(ct);
            if (models.Count == 0) continue;
            try
            {
                await BrokerSends.WithinAsync(
                    sending => bus.Publish(new ModelsPromoted([.. models.Select(m => m.Promoted())]), publish => publish.TimeToLive = Expires, sending), Every, ct);
            }
            catch (TimeoutException)
            {
                // A broker that confirms nothing; it is said again.
            }
        }
        while (await timer.WaitForNextTickAsync(ct));
    }
}
