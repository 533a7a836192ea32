using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.Announce;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>Tells the coordinator before a suspected shard is run, since afterwards it may be too late.</summary>
internal sealed class SuspectClient(IBus bus, WorkerIdentity identity, IOptions<BusOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IRequestClient<SuspectStarting> _client = bus.CreateRequestClient<SuspectStarting>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Suspects));

    /// <summary>True once it is written down who runs the shard; false when that attempt is no longer wanted.</summary>
    public async Task<bool> MayStartAsync(InferShard shard, CancellationToken ct)
    {
        var answer = await _client.AskAsync<SuspectStarting, SuspectMayStart>(new SuspectStarting(shard.Shard, shard.Attempt, identity.Id), Patience, ct);
        return answer.Granted;
    }
}
