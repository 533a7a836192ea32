using BatchInfer.Coordinator.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>Who is alive: workers heard of lately.</summary>
internal sealed class LiveWorkers(IOptions<CoordinatorOptions> options, TimeProvider time)
{
    /// <summary>Workers of each model revision that has any.</summary>
    public Task<Dictionary<string, int>> CountAsync(CoordinatorContext context, CancellationToken ct)
    {
        var since = time.GetUtcNow().AddSeconds(-options.Value.WorkerTimeoutSeconds);
        return context.Workers.Where(w => w.SeenAt >= since).GroupBy(w => w.Revision)
            .Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, StringComparer.Ordinal, ct);
    }
}
