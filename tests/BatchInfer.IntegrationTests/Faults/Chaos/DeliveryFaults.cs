using System.Diagnostics;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using RabbitMQ.Client;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What happens to messages: they come twice, late, and in another order.</summary>
internal static class DeliveryFaults
{
    private const int Enough = 24;
    private static readonly TimeSpan Listening = TimeSpan.FromSeconds(30);
    private const string ShardPersisted = "BatchInfer.Contracts:ShardPersisted";

    public static IEnumerable<ChaosFault> All => [new("messages delivered again, late and in another order", CopyAsync) { MeetsWork = true }];

    /// <summary>Listens in on the queues for some messages, then delivers each of them twice more, shuffled.</summary>
    private static async Task CopyAsync(ChaosCluster cluster, Random random, CancellationToken ct)
    {
        await using var connection = await new ConnectionFactory { Uri = cluster.Servers.Broker }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(new CreateChannelOptions(true, true), ct);
        var tap = await channel.QueueDeclareAsync(cancellationToken: ct);
        string revision = (await cluster.Client.ModelAsync("sentiment", ct)).Revision;
        foreach (string exchange in (string[])[ShardPersisted, QueueNames.Persist, QueueNames.Infer(revision)])
            await channel.QueueBindAsync(tap.QueueName, exchange, "", cancellationToken: ct);

        var heard = new List<BasicGetResult>();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        for (long started = Stopwatch.GetTimestamp(); heard.Count < Enough && Stopwatch.GetElapsedTime(started) < Listening;)
        {
            if (await channel.BasicGetAsync(tap.QueueName, autoAck: true, ct) is { } message) heard.Add(message);
            else await timer.WaitForNextTickAsync(ct);
        }

        if (heard.Count == 0) throw new InvalidOperationException($"No message came by within {Listening.TotalSeconds} s, so none was delivered again.");
        BasicGetResult[] copies = [.. heard, .. heard];
        random.Shuffle(copies);
        foreach (var copy in copies)
            // To the queue itself, past the exchange: the tap would hear it again.
            await channel.BasicPublishAsync(
                "", copy.Exchange == ShardPersisted ? QueueNames.Track : copy.Exchange, mandatory: false, new BasicProperties(copy.BasicProperties), copy.Body, ct);
    }
}
