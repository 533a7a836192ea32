using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Data;

/// <summary>
/// The clock of leases and heartbeats: a number in the database that the leading coordinator raises about once a second (<see cref="DispatchShards.Look"/>), by a
/// clock that only runs forward. No clock of any machine is in it, so none that jumps or differs can make a lease run out; and
/// while no coordinator leads, or the broker is away so that no heartbeat could come, it stands still.
/// </summary>
internal static class LeaseClock
{
    /// <summary>The tick now.</summary>
    public static Task<long> TickAsync(this CoordinatorContext context, CancellationToken ct) =>
        context.Ticks.Where(t => t.Id == Tick.OnlyId).Select(t => t.Now).SingleAsync(ct);
}
