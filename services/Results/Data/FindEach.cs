using System.Runtime.CompilerServices;

namespace BatchInfer.Results.Data;

/// <summary>Reads any number of predictions while few are in memory.</summary>
internal static class FindEach
{
    /// <summary>The prediction of each key, or null, in the order of the keys.</summary>
    public static async IAsyncEnumerable<StoredPrediction?> FindEachAsync(
        this IPredictionStore store, IReadOnlyList<Guid> keys, [EnumeratorCancellation] CancellationToken ct)
    {
        var asked = keys;
        for (int first = 0; first < keys.Count;)
        {
            var found = await store.FindAsync(asked, ct);
            for (int i = 0; i < found.Looked; i++) yield return found.GetValueOrDefault(asked[i]);
            first += found.Looked;
            // What does not fit is read for nothing. What follows is as large, as a rule.
            int next = found.Looked < asked.Count ? Math.Max(1, found.Looked * 3 / 4) : asked.Count + asked.Count / 4 + 1;
            asked = [.. keys.Skip(first).Take(next)];
        }
    }
}
