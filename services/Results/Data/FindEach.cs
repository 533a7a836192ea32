using System.Runtime.CompilerServices;

namespace BatchInfer.Results.Data;

/// <summary>Reads any number of predictions while few are in memory.</summary>
internal static class FindEach
{
    private const int LeastAsked = 64;

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
            // Where few fit, it would be idle to ask for all that is left each time.
            if (first < keys.Count) asked = [.. keys.Skip(first).Take(Math.Max(LeastAsked, found.Looked * 2))];
        }
    }
}
