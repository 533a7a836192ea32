namespace BatchInfer.Inference;

/// <summary>
/// All inputs of a model that wait or are being written, of all calls. It hands out work so that rows of equal length meet: the
/// shortest rows go first, until they are as long as those that wait ahead of them, and go on with them as one batch. So a
/// row that is done makes room at once, a new one joins where the others are as long as its prompt, and none is padded. Now and then
/// it is the turn of those that have waited longest, so that a job of long prompts goes on beside one of ever new short ones.
/// </summary>
/// <param name="maxStartTokens">Tokens that inputs which start together may have: all of them go through the graph at once.</param>
/// <param name="maxBatchTokens">Tokens that the rows of one step may have seen together.</param>
/// <param name="maxCachedTokens">Tokens that all rows may come to have in their caches; one input is let in in any case.</param>
/// <param name="alone">Whether each input runs by itself, because the graph would let rows change each other.</param>
internal sealed class RowPool(int maxStartTokens, int maxBatchTokens, long maxCachedTokens, bool alone)
{
    // What a row takes beside its cached tokens, in tokens: the layers' own work and memory.
    private const int RowTokens = 32;

    // Every so manieth piece of work is of those that have waited longest: seldom enough that batches stay full.
    private const int TurnOfTheOldest = 32;

    private readonly object _lock = new();
    private readonly SortedDictionary<BatchPlace, Group<Queue<WaitingInput>>> _waiting = [];
    private readonly SortedDictionary<BatchPlace, Group<List<DecodingBatch>>> _ready = [];
    private long _reserved, _turn;
    private int _active;
    private bool _closed;

    /// <summary>Adds an input that is to be started.</summary>
    public void Add(in WaitingInput input)
    {
        lock (_lock)
        {
            if (!_waiting.TryGetValue(input.Place, out var group)) _waiting.Add(input.Place, group = new([], _turn));
            group.Items.Enqueue(input);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Gives a batch back after a step, to be gone on with.</summary>
    public void Return(DecodingBatch batch)
    {
        lock (_lock)
        {
            if (!_ready.TryGetValue(batch.Place, out var group)) _ready.Add(batch.Place, group = new([], _turn));
            group.Items.Add(batch);
            Monitor.Pulse(_lock);
        }
    }

    /// <summary>Says that an input is done, and how many tokens were kept free for it.</summary>
    public void Release(long reserved)
    {
        lock (_lock)
        {
            _reserved -= reserved;
            _active--;
            Monitor.PulseAll(_lock);
        }
    }

    /// <summary>Waits for work; false when the pool is closed.</summary>
    /// <param name="started">Takes inputs of one length to start together, or nothing.</param>
    /// <param name="batches">Takes batches of one place to go on as one, or nothing.</param>
    public bool TryTake(List<WaitingInput> started, List<DecodingBatch> batches)
    {
        started.Clear();
        batches.Clear();
        lock (_lock)
        {
            while (!_closed)
            {
                Take(started, batches);
                if (started.Count > 0 || batches.Count > 0)
                {
                    _turn++;
                    return true;
                }

                Monitor.Wait(_lock);
            }
        }

        return false;
    }

    /// <summary>Ends all waiting for work. What is left in the pool is given back, to be disposed.</summary>
    public IReadOnlyList<DecodingBatch> Close()
    {
        lock (_lock)
        {
            _closed = true;
            Monitor.PulseAll(_lock);
            List<DecodingBatch> left = [.. _ready.Values.SelectMany(g => g.Items)];
            _ready.Clear();
            return left;
        }
    }

    private void Take(List<WaitingInput> started, List<DecodingBatch> batches)
    {
        if (_turn % TurnOfTheOldest == TurnOfTheOldest - 1) TakeOldest(started, batches);
        if (started.Count > 0 || batches.Count > 0) return;
        TakeWaiting(started);
        if (started.Count == 0 && _ready.Count > 0) TakeReady(_ready.First().Key, batches);
    }

    private void TakeOldest(List<WaitingInput> started, List<DecodingBatch> batches)
    {
        var waiting = Oldest(_waiting);
        var ready = Oldest(_ready);
        if (waiting is { } first && (ready is not { } other || first.Since <= other.Since)) Start(first.Place, started);
        if (started.Count == 0 && ready is { } oldest) TakeReady(oldest.Place, batches);
    }

    private static (BatchPlace Place, long Since)? Oldest<TItems>(SortedDictionary<BatchPlace, Group<TItems>> groups)
    {
        (BatchPlace Place, long Since)? oldest = null;
        foreach (var (place, group) in groups)
            if (oldest is not { } known || group.Since < known.Since) oldest = (place, group.Since);
        return oldest;
    }

    // New inputs join as long as none of the rows at work is shorter: they would only wait for those.
    private void TakeWaiting(List<WaitingInput> started)
    {
        if (_waiting.Count == 0) return;
        var place = _waiting.First().Key;
        if (_ready.Count == 0 || place.CompareTo(_ready.First().Key) <= 0) Start(place, started);
    }

    private void Start(BatchPlace place, List<WaitingInput> started)
    {
        var group = _waiting[place];
        int tokens = Math.Max(1, place.SourceLength + place.Length);
        while (group.Items.TryPeek(out var input) && (_active <= 0 || _reserved + input.Reserved <= maxCachedTokens))
        {
            if (started.Count > 0 && (alone || (started.Count + 1) * tokens > maxStartTokens)) break;
            started.Add(group.Items.Dequeue());
            _reserved += input.Reserved;
            _active++;
        }

        if (group.Items.Count == 0) _waiting.Remove(place);
        else if (started.Count > 0) group.Since = _turn;
    }

    private void TakeReady(BatchPlace place, List<DecodingBatch> batches)
    {
        var group = _ready[place];
        long rows = 0, tokens = place.SourceLength + place.Length + RowTokens;
        while (group.Items.Count > 0)
        {
            var batch = group.Items[^1];
            if (batches.Count > 0 && (alone || batch.IsIsolated || batches[0].IsIsolated || (rows + batch.Rows) * tokens > maxBatchTokens)) break;
            rows += batch.Rows;
            batches.Add(batch);
            group.Items.RemoveAt(group.Items.Count - 1);
        }

        if (group.Items.Count == 0) _ready.Remove(place);
        else group.Since = _turn;
    }

    /// <summary>What stands at one place.</summary>
    private sealed class Group<TItems>(TItems items, long since)
    {
        public TItems Items { get; } = items;

        /// <summary>The turn since which something of it waits that nothing was taken of.</summary>
        public long Since { get; set; } = since;
    }
}

/// <summary>An input that waits to be started.</summary>
/// <param name="Request">The input.</param>
/// <param name="Place">Where its rows will stand after the first step.</param>
/// <param name="MaxNewTokens">New tokens at most.</param>
/// <param name="Reserved">Tokens that its rows may come to have in their caches.</param>
internal readonly record struct WaitingInput(GenerationRequest Request, BatchPlace Place, int MaxNewTokens, long Reserved);
