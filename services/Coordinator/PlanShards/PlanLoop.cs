using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.PlanShards;

/// <summary>Plans new jobs, the weightiest first, a few side by side.</summary>
internal sealed class PlanLoop(
    CoordinatorDatabase database, Leadership leadership, ShardPlanner planner, PlanSignal signal, IOptions<CoordinatorOptions> options)
    : BackgroundService
{
    // Should a signal be lost; the look each second signals what other coordinators took.
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(30);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(PlanAsync, stoppingToken);

    private async Task PlanAsync(CancellationToken ct)
    {
        var running = new Dictionary<Guid, Task>();
        try
        {
            while (true)
            {
                foreach (var (id, task) in running.Where(r => r.Value.IsCompleted).ToList())
                {
                    running.Remove(id);
                    await task;
                }

                foreach (var id in await NextAsync(running.Keys, options.Value.ParallelPlans - running.Count, ct))
                    running.Add(id, PlanOneAsync(id, ct));
                await signal.WaitAsync(Tick, ct);
            }
        }
        finally
        {
            // Two planners on one job would write a shard twice; so nobody leads on before these ended.
            await Task.WhenAll(running.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task PlanOneAsync(Guid id, CancellationToken ct)
    {
        // Scanning is CPU work between short reads: off the loop's thread.
        await Task.Run(() => planner.PlanAsync(id, ct), ct);
        signal.Set();
    }

    private async Task<List<Guid>> NextAsync(IEnumerable<Guid> running, int count, CancellationToken ct)
    {
        if (count <= 0) return [];
        await using var context = await database.OpenAsync(ct);
        var known = running.ToArray();
        return await context.Jobs.Where(j => j.Status == JobStatus.Planning && !known.Contains(j.Id))
            .OrderByDescending(j => j.Priority).ThenBy(j => j.Id).Take(count).Select(j => j.Id).ToListAsync(ct);
    }
}
