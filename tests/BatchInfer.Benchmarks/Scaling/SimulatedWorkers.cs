using System.Security.Cryptography;
using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace BatchInfer.Benchmarks.Scaling;

/// <summary>
/// What hundreds of workers and a results service say to the coordinator, without any of their work: heartbeats, a claim of a shard's
/// keys, and after the time that a shard takes, the news that it is stored. The messages are the product's own, by the real broker.
/// </summary>
internal sealed class SimulatedWorkers : IAsyncDisposable
{
    public const string Model = "bench", Revision = "be7c4000000000000000000000000000000000000000000000000000000be7c4";
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(10);
    private static readonly ModelDescriptor Descriptor = new(
        Model, Revision, "Bert", TaskNames.TextClassification, new Dictionary<string, string> { [TaskNames.TextClassification] = "{}" }, 512, ["POSITIVE", "NEGATIVE"], 1);

    private readonly CancellationTokenSource _stop = new();
    private readonly Hand[] _hands;
    private readonly IHost _host;
    private Task _beats = Task.CompletedTask;

    private SimulatedWorkers(IHost host, Hand[] hands) => (_host, _hands) = (host, hands);

    /// <summary>Connects and announces them.</summary>
    /// <param name="broker">Address of the broker.</param>
    /// <param name="count">How many, each with one shard in hand at a time.</param>
    /// <param name="shardSeconds">What a shard takes.</param>
    public static async Task<SimulatedWorkers> StartAsync(Uri broker, int count, double shardSeconds)
    {
        Hand[] hands = [.. Enumerable.Range(0, count).Select(i => new Hand($"simulated-{i}"))];
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Bus:Uri"] = broker.ToString() });
        builder.Services.AddSingleton(new Shifts(hands, TimeSpan.FromSeconds(shardSeconds)));
        builder.Services.AddBus(builder.Configuration, bus => bus.AddConsumer<ShardConsumer, ShardDefinition>());
        var workers = new SimulatedWorkers(builder.Build(), hands);
        await workers._host.StartAsync();
        var control = workers._host.Services.GetRequiredService<IBusControl>();
        await control.WaitForHealthStatus(BusHealthStatus.Healthy, TimeSpan.FromSeconds(30));
        workers._beats = workers.BeatAsync(control, workers._stop.Token);
        return workers;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _beats.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _host.StopAsync();
        _host.Dispose();
        _stop.Dispose();
    }

    // One after the other, spread over the time between two of the same worker.
    private async Task BeatAsync(IBus bus, CancellationToken ct)
    {
        for (int round = 0; ; round++)
            foreach (var hand in _hands)
            {
                ShardId[] held = hand.Shard is { } shard ? [shard] : [];
                var beat = new WorkerAnnounced(hand.Worker, "bench", [Descriptor], held, DateTimeOffset.UtcNow, Leaving: false, MemoryBytes: 500_000_000);
                try
                {
                    await BrokerSends.WithinAsync(sending => bus.Publish(beat, sending), Patience, ct);
                }
                catch (Exception e) when (!ct.IsCancellationRequested)
                {
                    // As a worker does: the next beat says the same.
                    Console.Error.WriteLine($"A heartbeat was not sent: {e.Message}");
                }

                if (round > 0) await Task.Delay(Heartbeat / _hands.Length, ct);
            }
    }

    /// <summary>A worker and the shard that it has in hand.</summary>
    private sealed class Hand(string worker)
    {
        public string Worker { get; } = worker;
        public ShardId? Shard { get; set; }
    }

    private sealed class Shifts(Hand[] hands, TimeSpan shard)
    {
        private readonly Stack<Hand> _free = new(hands);

        public int Count { get; } = hands.Length;
        public TimeSpan Shard { get; } = shard;

        public Hand Take()
        {
            lock (_free) return _free.Pop();
        }

        public void Return(Hand hand)
        {
            lock (_free) _free.Push(hand);
        }
    }

    private sealed class ShardDefinition : ConsumerDefinition<ShardConsumer>
    {
        public ShardDefinition(Shifts shifts) => (EndpointName, ConcurrentMessageLimit) = (QueueNames.Infer(Revision), shifts.Count);

        protected override void ConfigureConsumer(
            IReceiveEndpointConfigurator endpointConfigurator, IConsumerConfigurator<ShardConsumer> consumerConfigurator, IRegistrationContext context) =>
            endpointConfigurator.PrefetchCount = ConcurrentMessageLimit!.Value;
    }

    private sealed class ShardConsumer(Shifts shifts, IBus bus, IOptions<BusOptions> options) : IConsumer<InferShard>
    {
        public async Task Consume(ConsumeContext<InferShard> context)
        {
            var (shard, started, ct) = (context.Message, DateTimeOffset.UtcNow, context.CancellationToken);
            var hand = shifts.Take();
            try
            {
                hand.Shard = shard.Shard;
                // Keys are digests: evenly spread, and of these no two alike.
                var ends = Task.Delay(shifts.Shard, ct);
                var claims = bus.CreateRequestClient<ClaimKeys>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Claims), RequestTimeout.After(m: 1));
                byte[] keys = RandomNumberGenerator.GetBytes(shard.RecordCount * KeyBits.KeyBytes);
                var granted = await claims.GetResponse<KeysClaimed>(new ClaimKeys(shard.Shard, shard.Attempt, keys, []), ct);
                if (granted.Message.Granted.Length != (shard.RecordCount + 7) / 8) throw new InvalidOperationException("The claim was answered for another number of keys.");
                await ends;
                var counts = new OutcomeCounts(shard.RecordCount, 0, 0, 0, shard.RecordCount * 52L, shard.RecordCount * 52L);
                var now = DateTimeOffset.UtcNow;
                await bus.Publish(new ShardPersisted(shard.Shard, shard.Attempt, hand.Worker, counts, started, now, now, [new LengthBucket(64, counts.Computed, counts.Tokens, counts.PaddedTokens)]), ct);
            }
            finally
            {
                hand.Shard = null;
                shifts.Return(hand);
            }
        }
    }
}
