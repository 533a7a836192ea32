using System.Runtime.InteropServices;
using BatchInfer.Contracts;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.ServiceDefaults;

/// <summary>Asks the results service which predictions are stored already, a few thousand at a time.</summary>
/// <param name="bus">Bus.</param>
/// <param name="options">Its settings.</param>
public sealed class KnownKeysClient(IBus bus, IOptions<BusOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly IRequestClient<FindKnownKeys> _client = bus.CreateRequestClient<FindKnownKeys>(EndpointPolicy.Address(options.Value.Transport, QueueNames.KnownKeys));

    /// <summary>Finds the stored ones among <paramref name="keys"/>.</summary>
    /// <returns>One bit per key, lowest first; read it with <see cref="KeyBits.IsSet"/>.</returns>
    public async Task<byte[]> FindAsync(List<Guid> keys, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (keys.Count == 0) return [];
        var answer = await _client.AskAsync<FindKnownKeys, KnownKeys>(new FindKnownKeys(KeyBits.Pack(CollectionsMarshal.AsSpan(keys))), Patience, ct);
        return answer.Known;
    }
}
