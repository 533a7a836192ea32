using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>Who is alive: workers heard of lately.</summary>
internal sealed class LiveWorkers(IOptions<CoordinatorOptions> options)
{
    /// <summary>Workers of each model revision that has any.</summary>
    public async Task<Dictionary<string, int>> CountAsync(CoordinatorContext context, CancellationToken ct)
    {
        int patience = options.Value.WorkerTimeoutSeconds;
        return await context.Workers.Where(w => w.SeenTick >= context.Ticks.Max(t => t.Now) - patience).GroupBy(w => w.Revision)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, StringComparer.Ordinal, ct);
    }
}
