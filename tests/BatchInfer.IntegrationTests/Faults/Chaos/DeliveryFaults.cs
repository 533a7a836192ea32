using System.Diagnostics;
using BatchInfer.IntegrationTests.Hosting;
using RabbitMQ.Client;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What happens to messages: they come twice, late, and in another order.</summary>
internal static class DeliveryFaults
{
    private const int Enough = 24;
    private static readonly TimeSpan Listening = TimeSpan.FromSeconds(30);

    public static IEnumerable<ChaosFault> All => [new("messages delivered again, late and in another order", CopyAsync) { MeetsWork = true }];

    /// <summary>Listens in on the queues for some messages, then delivers each of them twice more, shuffled.</summary>
    private static async Task CopyAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        string revision = (await cluster.Client.ModelAsync("sentiment", ct)).Revision;
        await using var tap = await MessageTap.OpenAsync(cluster.Servers.Broker, revision, ct);
        var heard = new List<BasicGetResult>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (long started = Stopwatch.GetTimestamp(); heard.Count < Enough && Stopwatch.GetElapsedTime(started) < Listening;)
        {
            if (await tap.NextAsync(ct) is { } message) heard.Add(message);
            else await timer.WaitForNextTickAsync(ct);
        }

        if (heard.Count == 0) throw new InvalidOperationException($"No message came by within {Listening.TotalSeconds} s, so none was delivered again.");
        BasicGetResult[] copies = [.. heard, .. heard];
        random.Shuffle(copies);
        await tap.DeliverAsync(copies, ct);
    }
}
