namespace BatchInfer.Inference;

/// <summary>
/// Caches of the beginnings that several prompts share: instructions and examples, which need not be read anew for each record.
/// The ones used last are kept.
/// </summary>
/// <param name="maxTokens">Tokens of a beginning at most; a longer one is not kept.</param>
internal sealed class PrefixCache(long maxTokens) : IDisposable
{
    // As many jobs as are likely to run side by side.
    private const int MaxEntries = 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<(int[] Tokens, KeyValueCache Cache)> _entries = [];

    /// <summary>Tokens of prompts that were not read, since they were here.</summary>
    public long TokensReused { get; private set; }

    /// <summary>The longest beginning of a prompt that is here, as a cache of some rows.</summary>
    /// <param name="prompt">Tokens of the prompt but for its last, which must be read in any case.</param>
    /// <param name="rows">Rows of the cache, all the same.</param>
    /// <returns>How many tokens it holds, 0 with no cache.</returns>
    public (int Tokens, KeyValueCache? Cache) Find(ReadOnlySpan<int> prompt, int rows)
    {
        lock (_lock)
        {
            LinkedListNode<(int[] Tokens, KeyValueCache Cache)>? best = null;
            for (var node = _entries.First; node is not null; node = node.Next)
                if (node.Value.Tokens.Length > (best?.Value.Tokens.Length ?? 0) && prompt.StartsWith(node.Value.Tokens)) best = node;
            if (best is null) return (0, null);
            _entries.Remove(best);
            _entries.AddFirst(best);
            TokensReused += (long)rows * best.Value.Tokens.Length;
            return (best.Value.Tokens.Length, KeyValueCache.Gather([best.Value.Cache], new RowOf[rows]));
        }
    }

    /// <summary>Keeps the first row of a cache as the beginning of prompts.</summary>
    public void Add(ReadOnlySpan<int> tokens, KeyValueCache cache)
    {
        if (tokens.Length > maxTokens) return;
        lock (_lock)
        {
            foreach (var (known, _) in _entries)
                if (tokens.SequenceEqual(known)) return;
            _entries.AddFirst((tokens.ToArray(), KeyValueCache.Gather([cache], [new RowOf(0, 0)])));
            if (_entries.Count <= MaxEntries) return;
            _entries.Last!.Value.Cache.Dispose();
            _entries.RemoveLast();
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var (_, cache) in _entries) cache.Dispose();
            _entries.Clear();
        }
    }
}
