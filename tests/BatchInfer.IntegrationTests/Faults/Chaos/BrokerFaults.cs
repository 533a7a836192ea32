using System.Diagnostics;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What happens to RabbitMQ: it goes, forgets, or takes no more.</summary>
internal static class BrokerFaults
{
    private const string Server = "rabbitmq";
    private static readonly TimeSpan Alarm = TimeSpan.FromSeconds(6), LookingFor = TimeSpan.FromSeconds(30);

    public static IEnumerable<ChaosFault> All =>
    [
        new("RabbitMQ killed and started", KillAsync),
        new("RabbitMQ stopped and started", StopAsync),
        new("RabbitMQ's disk wiped", WipeAsync),
        new("RabbitMQ's connections closed", (c, _, ct) => c.Servers.ControlBrokerAsync(["close_all_connections", "a fault on purpose"], ct)),
        new("a model's queue deleted", (c, r, ct) => DeleteQueueAsync(c, "batchinfer-infer-", ct)),
        new("the queue of predictions deleted", (c, r, ct) => DeleteQueueAsync(c, "batchinfer-persist", ct)),
        new("RabbitMQ's memory alarm: publishers blocked",
            (c, _, ct) => RaiseAsync(c, ["set_vm_memory_high_watermark", "0"], ["set_vm_memory_high_watermark", "absolute", "2GB"], ct)),
        new("RabbitMQ's disk alarm: publishers blocked",
            (c, _, ct) => RaiseAsync(c, ["set_disk_free_limit", "1000000GB"], ["set_disk_free_limit", "200MB"], ct)),
    ];

    private static async Task KillAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await cluster.Servers.KillAsync(Server, ct);
        await cluster.Servers.StartAgainAsync(Server, ct);
    }

    private static async Task StopAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await cluster.Servers.StopAsync(Server, ct);
        await cluster.Servers.StartAgainAsync(Server, ct);
    }

    private static async Task WipeAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await cluster.Servers.StopAsync(Server, ct);
        Directory.Delete(Path.Combine(cluster.Servers.FolderOf(Server), "mnesia"), recursive: true);
        await cluster.Servers.StartAgainAsync(Server, ct);
    }

    private static async Task DeleteQueueAsync(ChaosCluster cluster, string prefix, CancellationToken ct)
    {
        // A fault before this one may have taken it away too, and then it comes back.
        for (long started = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(started) < LookingFor;)
        {
            string queues = await cluster.Servers.ControlBrokerAsync(["-q", "list_queues", "--no-table-headers", "name"], ct);
            string[] found = [.. queues.Split('\n').Where(q => q.StartsWith(prefix, StringComparison.Ordinal))];
            foreach (string queue in found) await cluster.Servers.ControlBrokerAsync(["delete_queue", queue], ct);
            if (found.Length > 0) return;
        }

        throw new InvalidOperationException($"No queue {prefix}… was there within {LookingFor.TotalSeconds} s, so none was deleted.");
    }

    private static async Task RaiseAsync(ChaosCluster cluster, string[] raise, string[] clear, CancellationToken ct)
    {
        await cluster.Servers.ControlBrokerAsync(raise, ct);
        try
        {
            await Task.Delay(Alarm, ct);
        }
        finally
        {
            await cluster.Servers.ControlBrokerAsync(clear, CancellationToken.None);
        }
    }
}
