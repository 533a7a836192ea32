using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What happens to processes: killed, asked to stop, frozen, cut off.</summary>
internal static class ProcessFaults
{
    /// <summary>Longer than a lease and a worker's time-out in this harness, and than the broker's patience.</summary>
    private static readonly TimeSpan LongerThanALease = TimeSpan.FromSeconds(12);

    public static IEnumerable<ChaosFault> All =>
    [
        new("worker killed (SIGKILL)", (c, r, ct) => KillAsync(Any(c.Workers, r), ct)),
        new("worker stopped (SIGTERM)", (c, r, ct) => TerminateAsync(Any(c.Workers, r), ct)),
        new("worker frozen for longer than its lease (SIGSTOP)", (c, r, ct) => FreezeAsync(Any(c.Workers, r), ct)),
        new("coordinator killed (SIGKILL)", (c, r, ct) => KillAsync(Any(c.Coordinators, r), ct)),
        new("coordinator stopped (SIGTERM)", (c, r, ct) => TerminateAsync(Any(c.Coordinators, r), ct)),
        new("results service killed (SIGKILL)", (c, r, ct) => KillAsync(Any(c.Results, r), ct)),
        new("results service stopped (SIGTERM)", (c, r, ct) => TerminateAsync(Any(c.Results, r), ct)),
        new("every worker killed at once", (c, _, ct) => Task.WhenAll(c.Workers.Select(w => KillAsync(w, ct)))),
        new("every process killed at once", (c, _, ct) => Task.WhenAll(c.Services.Select(s => KillAsync(s, ct)))),
        new("every process stopped and started, one after the other", RollAsync),
        new("worker cut off from the network for longer than its lease", CutOffAsync) { Fits = c => c.IsolatedWorkers > 0 },
    ];

    private static ServiceSlot Any(List<ServiceSlot> slots, Random random) => slots[random.Next(slots.Count)];

    private static async Task KillAsync(ServiceSlot slot, CancellationToken ct) => await (await slot.RunningAsync(ct)).KillAsync();

    private static async Task TerminateAsync(ServiceSlot slot, CancellationToken ct) => await (await slot.RunningAsync(ct)).TerminateAsync(ct);

    private static async Task FreezeAsync(ServiceSlot slot, CancellationToken ct)
    {
        var process = await slot.RunningAsync(ct);
        await Signals.SendAsync(process.Id, Signals.Stop);
        try
        {
            await Task.Delay(LongerThanALease, ct);
        }
        finally
        {
            await Signals.SendAsync(process.Id, Signals.Continue);
        }
    }

    private static async Task RollAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        foreach (var slot in cluster.Services)
        {
            await TerminateAsync(slot, ct);
            await slot.RunningAsync(ct);
        }
    }

    private static async Task CutOffAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        var space = cluster.Namespaces[random.Next(cluster.Namespaces.Count)];
        space.Cut();
        try
        {
            await Task.Delay(LongerThanALease, ct);
        }
        finally
        {
            space.Mend();
        }
    }
}
