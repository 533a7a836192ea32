using System.Diagnostics;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Caching.Hybrid;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Finds one prediction, in the cache or in the store. Questions that come at the same time go to the store together.</summary>
internal sealed class SingleLookUp : IAsyncDisposable
{
    // Keys of a group: as many as answer in about a millisecond.
    private const int LargestGroup = 128, Groups = 2, LongestQueue = 10_000;
    private static readonly HybridCacheEntryOptions ReadOnly = new() { Flags = HybridCacheEntryFlags.DisableUnderlyingData };
    private readonly GroupedCalls<Guid, StoredPrediction?> _store;
    private readonly HybridCache _cache;
    private readonly HybridCacheEntryOptions _keep;
    private readonly bool _cached;

    public SingleLookUp(IPredictionStore store, HybridCache cache, IOptions<LookUpOptions> options)
    {
        _cache = cache;
        _cached = options.Value.CacheMegabytes > 0;
        var expiration = TimeSpan.FromSeconds(options.Value.CacheSeconds);
        _keep = new HybridCacheEntryOptions { Expiration = expiration, LocalCacheExpiration = expiration };
        _store = new GroupedCalls<Guid, StoredPrediction?>(
            async (keys, ct) =>
            {
                var found = await store.FindAsync(keys, ct);
                return [.. keys.Take(found.Looked).Select(found.GetValueOrDefault)];
            },
            failsAll: _ => true, Groups, LargestGroup, LongestQueue);
    }

    /// <summary>The answer to a question, or null when nothing is stored under its key. A miss is never cached: it may be stored any moment.</summary>
    public async ValueTask<CachedAnswer?> FindAsync(LookUpAnswer question, CancellationToken ct)
    {
        long started = Stopwatch.GetTimestamp();
        var (answer, by) = await LookAsync(question, ct);
        LookUpMetrics.Found(started, by, "one");
        return answer;
    }

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private async ValueTask<(CachedAnswer? Answer, string By)> LookAsync(LookUpAnswer question, CancellationToken ct)
    {
        var key = question.Key!.Value;
        // By the name asked too: the answer repeats it.
        string entry = $"{key:N}{question.Asked?.Name}";
        // An answer to a custom id repeats it, and nobody else asks by it.
        bool cached = _cached && question.CustomId is null;
        if (cached && await _cache.GetOrCreateAsync(entry, Nothing, ReadOnly, cancellationToken: ct) is { } kept) return (kept, "cache");
        if (await _store.CallAsync(key, ct) is not { } prediction) return (null, "nothing");
        var answer = CachedAnswer.Of(question with { Prediction = prediction });
        if (cached) await _cache.SetAsync(entry, answer, _keep, cancellationToken: ct);
        return (answer, "store");
    }

    private static ValueTask<CachedAnswer?> Nothing(CancellationToken ct) => default;
}
