using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Worker;

/// <summary>
/// Deals out a shard's keys in parts: what is stored, and what this shard is to compute. What another shard in flight computes comes
/// in a later part, stored by then as a rule; where that shard failed or its worker died, it is this one's to compute.
/// </summary>
/// <remarks>
/// No two shards wait for each other for ever: a shard computes and sends on all that it was granted before it waits, and gives up
/// the keys that became error rows, under which nothing is ever stored.
/// </remarks>
internal sealed class SharedWork(InferShard shard, ShardsInHand.Hand hand, List<Guid> keys, KnownKeysClient knownKeys, ClaimsClient claims, TimeProvider time)
{
    // What is waited for is being computed and stored: seconds, as a rule.
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50), LongestWait = TimeSpan.FromSeconds(2);

    private readonly List<Guid> _failed = [];
    private List<int> _open = [.. Enumerable.Range(0, keys.Count)];

    /// <summary>True when every key was dealt out.</summary>
    public bool IsDone => _open.Count == 0;

    /// <summary>Says that a key became an error row.</summary>
    public void Failed(int key) => _failed.Add(keys[key]);

    /// <summary>The next part, waiting until there is one.</summary>
    public async Task<WorkPart> NextAsync(CancellationToken ct)
    {
        for (var wait = FirstWait; ; wait = wait * 2 < LongestWait ? wait * 2 : LongestWait)
        {
            var (stored, open) = await SplitAsync(_open, ct);
            var (mine, others) = await ClaimAsync(open, ct);
            // Stored since it was asked, by a shard whose claim ended with that.
            var (since, toCompute) = await SplitAsync(mine, ct);
            _open = others;
            hand.Waits = stored.Count + mine.Count == 0;
            if (!hand.Waits) return new WorkPart([.. stored, .. since], toCompute);
            await Task.Delay(wait, time, ct);
        }
    }

    private async Task<(List<int> Stored, List<int> Open)> SplitAsync(List<int> asked, CancellationToken ct)
    {
        if (asked.Count == 0) return ([], []);
        byte[] known = await knownKeys.FindAsync(asked.ConvertAll(k => keys[k]), ct);
        return Split(asked, known);
    }

    private async Task<(List<int> Mine, List<int> Others)> ClaimAsync(List<int> open, CancellationToken ct)
    {
        if (open.Count == 0) return ([], []);
        return await claims.AskAsync(shard, open.ConvertAll(k => keys[k]), _failed, ct) is { } granted ? Split(open, granted) : (open, []);
    }

    private static (List<int> Set, List<int> Clear) Split(List<int> asked, byte[] bits)
    {
        var (set, clear) = (new List<int>(), new List<int>());
        for (int i = 0; i < asked.Count; i++) (KeyBits.IsSet(bits, i) ? set : clear).Add(asked[i]);
        return (set, clear);
    }
}
