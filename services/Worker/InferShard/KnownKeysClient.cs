using System.Runtime.InteropServices;
using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>Asks the results service which predictions are stored already: one request per shard.</summary>
internal sealed class KnownKeysClient(IBus bus, IOptions<BusOptions> options)
{
    private readonly IRequestClient<FindKnownKeys> _client = bus.CreateRequestClient<FindKnownKeys>(
        EndpointPolicy.Address(options.Value.Transport, QueueNames.KnownKeys), RequestTimeout.After(s: 30));

    /// <summary>Finds the stored ones among <paramref name="keys"/>.</summary>
    /// <returns>One bit per key, lowest first; read it with <see cref="IsSet"/>.</returns>
    public async Task<byte[]> FindAsync(List<Guid> keys, CancellationToken ct)
    {
        if (keys.Count == 0) return [];
        var bytes = new byte[keys.Count * 16];
        var span = CollectionsMarshal.AsSpan(keys);
        for (int i = 0; i < span.Length; i++) span[i].TryWriteBytes(bytes.AsSpan(i * 16), bigEndian: true, out _);
        var answer = await _client.GetResponse<KnownKeys>(new FindKnownKeys(bytes), ct);
        return answer.Message.Known;
    }

    public static bool IsSet(byte[] bits, int index) => (bits[index >> 3] >> (index & 7) & 1) != 0;
}
