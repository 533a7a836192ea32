using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>Takes the likeliest token at each step, or one by chance; several candidates go on side by side.</summary>
internal sealed class SampledDecoding : Decoding
{
    private readonly GeneratedSequence[] _done;
    private readonly List<Candidate> _live = [];

    public SampledDecoding(in WaitingInput input, ReadOnlySpan<int> history)
        : base(input, history.Length)
    {
        _done = new GeneratedSequence[Settings.NumReturnSequences];
        for (int i = 0; i < _done.Length; i++)
            _live.Add(new Candidate(i, new TokenHistory(history), new CounterRandom(Settings.Seed, Request.Ids, i)));
    }

    public override IReadOnlyList<GeneratedSequence> Texts => _done;

    public override ReadOnlySpan<int> HistoryOf(int row) => _live[row].History.Tokens;

    public override string? Advance(in RowLogits logits, List<NextRow> next, DecodingScratch scratch)
    {
        var (rules, sampler) = (Request.Call.Rules, Request.Call.Sampler);
        int live = 0, first = next.Count;
        for (int i = 0; i < _live.Count; i++)
        {
            // Before the first token all candidates share the prompt's row.
            int row = Math.Min(i, Rows - 1);
            var candidate = _live[i];
            var history = candidate.History;
            var raw = logits[row];
            double logSumExp = LogProbabilities.LogSumExp(raw);
            if (double.IsNaN(logSumExp)) return NoNumbers;
            int token = Choose(rules.Any ? Ruled(raw, history.Tokens, scratch) : raw, candidate, sampler, scratch);
            if (token < 0) return NoToken;
            history.Append(token, (float)(raw[token] - logSumExp));
            NewTokens++;
            if (EndOf(history) is { } reason)
            {
                _done[candidate.Number] = history.ToSequence(PromptTokens, reason);
                continue;
            }

            next.Add(new NextRow(row, token));
            _live[live++] = candidate;
        }

        _live.RemoveRange(live, _live.Count - live);
        Rows = next.Count - first;
        return null;
    }

    private ReadOnlySpan<float> Ruled(ReadOnlySpan<float> raw, ReadOnlySpan<int> history, DecodingScratch scratch)
    {
        scratch.EnsureVocabulary(raw.Length);
        var ruled = scratch.Logits.AsSpan(0, raw.Length);
        raw.CopyTo(ruled);
        Request.Call.Rules.Apply(ruled, history, PromptTokens, MaxNewTokens, scratch);
        return ruled;
    }

    private int Choose(ReadOnlySpan<float> logits, in Candidate candidate, TokenSampler sampler, DecodingScratch scratch) => Settings.DoSample
        ? sampler.Choose(logits, candidate.Random.At(candidate.History.Tokens.Length - PromptTokens), scratch)
        : Likeliest(logits);

    private static int Likeliest(ReadOnlySpan<float> logits)
    {
        int best = TensorPrimitives.IndexOfMax(logits);
        return float.IsNegativeInfinity(logits[best]) ? TokenSampler.None : best;
    }

    private readonly record struct Candidate(int Number, TokenHistory History, CounterRandom Random);
}
