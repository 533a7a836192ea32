namespace BatchInfer.Inference;

/// <summary>
/// Caches of the beginnings that several prompts share: instructions and examples, which need not be read anew for each record.
/// The ones used last are kept.
/// </summary>
/// <param name="maxTokens">Tokens of all of them together; a beginning of more than half of that is not kept.</param>
internal sealed class PrefixCache(long maxTokens) : IDisposable
{
    // As many jobs as are likely to run side by side.
    private const int MaxEntries = 8;

    private readonly Lock _lock = new();
    private readonly LinkedList<(int[] Tokens, KeyValueCache Cache)> _entries = [];
    private long _held;

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
        // Two at least, so that two jobs side by side do not drive out each other's.
        if (tokens.Length > maxTokens / 2) return;
        lock (_lock)
        {
            foreach (var (known, _) in _entries)
                if (tokens.SequenceEqual(known)) return;
            // Before the new one is made: together they are never more.
            while (_entries.Count == MaxEntries || _held + tokens.Length > maxTokens) RemoveLast();
            _entries.AddFirst((tokens.ToArray(), KeyValueCache.Gather([cache], [new RowOf(0, 0)])));
            _held += tokens.Length;
        }
    }

    public void Dispose()
    {
        lock (_lock)
            while (_entries.Count > 0) RemoveLast();
    }

    private void RemoveLast()
    {
        var (tokens, cache) = _entries.Last!.Value;
        _entries.RemoveLast();
        _held -= tokens.Length;
        cache.Dispose();
    }
}
