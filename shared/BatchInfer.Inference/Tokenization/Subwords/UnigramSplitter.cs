namespace BatchInfer.Inference;

/// <summary>Finds the best way to cut words (Viterbi's algorithm). Not thread-safe.</summary>
internal sealed class UnigramSplitter(UnigramModel model) : ISubwordSplitter
{
    private const int Unknown = -2, Unreached = -1;
    private readonly PooledBuffer<Step> _best = new();
    private readonly PooledBuffer<TextSpan> _parts = new();

    public void Split(ReadOnlySpan<char> word, SubwordList into)
    {
        FindBest(word);
        Backtrack(word.Length);
        for (int i = _parts.Count - 1; i >= 0; i--) Append(word, _parts.Span[i], into);
    }

    public void Dispose()
    {
        _best.Dispose();
        _parts.Dispose();
    }

    // The best way to each place, and the token that ends there.
    private void FindBest(ReadOnlySpan<char> word)
    {
        _best.Clear();
        _best.Fill(new Step(0, 0, Unreached), word.Length + 1);
        var best = _best.MutableSpan;
        for (int start = 0, length; start < word.Length; start += length)
        {
            length = char.IsHighSurrogate(word[start]) && start + 1 < word.Length ? 2 : 1;
            double score = best[start].Score;
            bool hasSingle = false;
            int node = CharTrie.Root;
            for (int at = start; at < word.Length && model.Trie.TryStep(ref node, word[at], out int id); at++)
            {
                if (id < 0) continue;
                ref var end = ref best[at + 1];
                double candidate = model.Scores[id] + score;
                if (end.Id == Unreached || candidate > end.Score) end = new Step(candidate, start, id);
                hasSingle |= at + 1 == start + length;
            }

            if (hasSingle) continue;
            ref var single = ref best[start + length];
            if (single.Id == Unreached || model.UnknownScore + score > single.Score) single = new Step(model.UnknownScore + score, start, Unknown);
        }
    }

    // From the end; unknown characters in a row are one part, as in the reference.
    private void Backtrack(int length)
    {
        _parts.Clear();
        var best = _best.Span;
        for (int end = length; end > 0;)
        {
            int start = best[end].Start;
            if (IsUnknown(best[end].Id))
                while (start > 0 && IsUnknown(best[start].Id)) start = best[start].Start;
            _parts.Append(new TextSpan(start, end));
            end = start;
        }
    }

    private bool IsUnknown(int id) => id == Unknown || id == model.UnknownId;

    private void Append(ReadOnlySpan<char> word, TextSpan part, SubwordList into)
    {
        var text = word[part.Start..part.End];
        if (model.Vocabulary.TryGetId(text, out int id)) into.Append(id, part.Start, part.End);
        else if (model.Bytes?.TryAppend(text, part.Start, part.End, into) != true && model.UnknownId is { } unknown) into.Append(unknown, part.Start, part.End);
    }

    private readonly record struct Step(double Score, int Start, int Id);
}
