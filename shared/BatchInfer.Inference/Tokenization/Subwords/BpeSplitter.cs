namespace BatchInfer.Inference;

/// <summary>Merges the characters of words. Not thread-safe.</summary>
internal sealed class BpeSplitter(BpeModel model) : ISubwordSplitter
{
    // Above it looking for the next merge in all pairs takes longer than keeping them in order.
    private const int MaxScanned = 40;

    private readonly SubwordList _symbols = new();
    private readonly PooledBuffer<Symbol> _chain = new();
    private readonly PooledBuffer<char> _affixed = new();
    private readonly PriorityQueue<(int At, int Merged), (int Rank, int At)> _queue = new();

    public void Split(ReadOnlySpan<char> word, SubwordList into)
    {
        if (model.Options.IgnoreMerges && model.Vocabulary.TryGetId(word, out int whole))
        {
            into.Append(whole, 0, word.Length);
            return;
        }

        _symbols.Clear();
        ReadCharacters(word);
        _chain.Clear();
        for (int i = 0; i < _symbols.Count; i++)
            _chain.Append(new Symbol(_symbols.Ids[i], _symbols.Spans[i], i - 1, i + 1 < _symbols.Count ? i + 1 : -1));
        if (_chain.Count <= MaxScanned) MergeByScanning();
        else MergeInOrder();
        foreach (ref readonly var symbol in _chain.Span)
            if (symbol.Id >= 0) into.Append(symbol.Id, symbol.Span.Start, symbol.Span.End);
    }

    public void Dispose()
    {
        _symbols.Dispose();
        _chain.Dispose();
        _affixed.Dispose();
    }

    private void ReadCharacters(ReadOnlySpan<char> word)
    {
        TextSpan unknown = default;
        for (int at = 0, length; at < word.Length; at += length)
        {
            length = char.IsHighSurrogate(word[at]) && at + 1 < word.Length ? 2 : 1;
            var character = WithAffixes(word.Slice(at, length), at == 0, at + length == word.Length);
            if (model.TryGetCharacter(character, out int id))
            {
                AppendUnknown(ref unknown);
                _symbols.Append(id, at, at + length);
            }
            else if (model.Bytes?.TryAppend(character, at, at + length, _symbols) != true)
            {
                if (model.Options.FuseUnknown && unknown.Length > 0)
                {
                    unknown = unknown with { End = at + length };
                    continue;
                }

                AppendUnknown(ref unknown);
                unknown = new TextSpan(at, at + length);
            }
        }

        AppendUnknown(ref unknown);
    }

    private void AppendUnknown(ref TextSpan unknown)
    {
        if (unknown.Length > 0 && model.Options.UnknownId is { } id) _symbols.Append(id, unknown.Start, unknown.End);
        unknown = default;
    }

    private ReadOnlySpan<char> WithAffixes(ReadOnlySpan<char> character, bool isFirst, bool isLast)
    {
        if (!model.Options.HasAffixes) return character;
        _affixed.Clear();
        if (!isFirst) _affixed.Append(model.Options.ContinuingPrefix);
        _affixed.Append(character);
        if (isLast) _affixed.Append(model.Options.EndOfWordSuffix);
        return _affixed.Span;
    }

    // Short words: the pairs' ranks stand beside the symbols, which are moved together.
    private void MergeByScanning()
    {
        var symbols = _chain.MutableSpan;
        int count = symbols.Length;
        Span<int> ranks = stackalloc int[MaxScanned], merged = stackalloc int[MaxScanned];
        for (int i = 0; i + 1 < count; i++) ranks[i] = Rank(symbols[i].Id, symbols[i + 1].Id, out merged[i]);
        while (count > 1)
        {
            int best = 0;
            for (int i = 1; i + 1 < count; i++)
                if (ranks[i] < ranks[best]) best = i;
            if (ranks[best] == int.MaxValue) break;
            symbols[best] = symbols[best] with { Id = merged[best], Span = new TextSpan(symbols[best].Span.Start, symbols[best + 1].Span.End) };
            symbols[(best + 2)..count].CopyTo(symbols[(best + 1)..]);
            ranks[(best + 1)..(count - 1)].CopyTo(ranks[best..]);
            merged[(best + 1)..(count - 1)].CopyTo(merged[best..]);
            count--;
            if (best + 1 < count) ranks[best] = Rank(symbols[best].Id, symbols[best + 1].Id, out merged[best]);
            if (best > 0) ranks[best - 1] = Rank(symbols[best - 1].Id, symbols[best].Id, out merged[best - 1]);
        }

        _chain.Truncate(count);
    }

    // Long words: a queue of pairs, of which those that are no more are passed over.
    private void MergeInOrder()
    {
        var symbols = _chain.MutableSpan;
        _queue.Clear();
        for (int i = 0; i + 1 < symbols.Length; i++) Enqueue(symbols, i, i + 1);
        while (_queue.TryDequeue(out var pair, out _))
        {
            ref var left = ref symbols[pair.At];
            if (left.Id < 0 || left.Next < 0) continue;
            ref var right = ref symbols[left.Next];
            if (Rank(left.Id, right.Id, out int merged) == int.MaxValue || merged != pair.Merged) continue;
            left = left with { Id = merged, Span = new TextSpan(left.Span.Start, right.Span.End), Next = right.Next };
            right = right with { Id = -1 };
            if (left.Next >= 0)
            {
                symbols[left.Next] = symbols[left.Next] with { Previous = pair.At };
                Enqueue(symbols, pair.At, left.Next);
            }

            if (left.Previous >= 0) Enqueue(symbols, left.Previous, pair.At);
        }
    }

    private void Enqueue(ReadOnlySpan<Symbol> symbols, int left, int right)
    {
        int rank = Rank(symbols[left].Id, symbols[right].Id, out int merged);
        if (rank != int.MaxValue) _queue.Enqueue((left, merged), (rank, left));
    }

    private int Rank(int left, int right, out int merged) => model.Merges.TryGet(left, right, out int rank, out merged) ? rank : int.MaxValue;

    // An id of -1 marks what was merged into the one before it.
    private readonly record struct Symbol(int Id, TextSpan Span, int Previous, int Next);
}
