using System.Runtime.InteropServices;
using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>Asks the coordinator which keys are this shard's to compute. Where it does not answer, all are: better twice than not.</summary>
internal sealed partial class ClaimsClient(IBus bus, IOptions<BusOptions> options, TimeProvider time, ILogger<ClaimsClient> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <summary>After an answer that did not come, so long none is asked for: a coordinator that is away costs no shard its time.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    private readonly IRequestClient<ClaimKeys> _client = bus.CreateRequestClient<ClaimKeys>(EndpointPolicy.Address(options.Value.Transport, QueueNames.Claims));

    private long _silentSince;

    /// <summary>Claims keys for a shard.</summary>
    /// <returns>One bit per key; null where nobody answers, and all may be computed.</returns>
    public async Task<byte[]?> AskAsync(InferShard shard, List<Guid> keys, List<Guid> failed, CancellationToken ct)
    {
        long silent = Interlocked.Read(ref _silentSince);
        if (silent != 0 && time.GetElapsedTime(silent) < Silence) return null;
        try
        {
            var asked = new ClaimKeys(shard.Shard, shard.Attempt, KeyBits.Pack(CollectionsMarshal.AsSpan(keys)), KeyBits.Pack(CollectionsMarshal.AsSpan(failed)));
            byte[] granted = (await _client.AskAsync<ClaimKeys, KeysClaimed>(asked, Patience, ct)).Granted;
            Interlocked.Exchange(ref _silentSince, 0);
            return granted;
        }
        catch (RequestException e)
        {
            Interlocked.Exchange(ref _silentSince, time.GetTimestamp());
            LogUnasked(e.Message);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The coordinator does not say what others compute, so this worker computes all it has: {Reason}")]
    private partial void LogUnasked(string reason);
}
