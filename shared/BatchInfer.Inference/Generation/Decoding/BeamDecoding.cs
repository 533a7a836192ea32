namespace BatchInfer.Inference;

/// <summary>
/// Beam search as Hugging Face's generation does it: of all continuations of the running beams the best go on; those that
/// end are kept, ranked by log-probability over length to the power of the length penalty.
/// </summary>
internal sealed class BeamDecoding : Decoding
{
    private readonly int _beams, _kept;
    private readonly List<Finished> _finished = [];
    private List<Beam> _running;
    private GeneratedSequence[] _texts = [];

    public BeamDecoding(in WaitingInput input, ReadOnlySpan<int> history)
        : base(input, history.Length)
    {
        _beams = Settings.NumBeams;
        // Enough that as many go on as there are beams, even if every beam's best continuations end it.
        _kept = Math.Max(2, 1 + Settings.EosTokens.Length) * _beams;
        _running = [new Beam(new TokenHistory(history), 0)];
    }

    public override IReadOnlyList<GeneratedSequence> Texts => _texts;

    public override ReadOnlySpan<int> HistoryOf(int row) => _running[row].History.Tokens;

    public override string? Advance(in RowLogits logits, List<NextRow> next, DecodingScratch scratch)
    {
        var best = new List<Continuation>(_kept + 1);
        for (int row = 0; row < _running.Count; row++)
            if (!TryScore(logits[row], row, best, scratch)) return NoNumbers;

        int first = next.Count, written = _running[0].History.Tokens.Length - PromptTokens + 1;
        var running = new List<Beam>(_beams);
        for (int rank = 0; rank < best.Count && running.Count < _beams; rank++)
        {
            var (score, row, token, logProbability) = best[rank];
            var history = _running[row].History.With(token, logProbability);
            if (EndOf(history) is { } reason)
            {
                // One that ends below the best few would not have gone on either.
                if (rank < _beams) Finish(history, score, reason, written);
                continue;
            }

            running.Add(new Beam(history, score));
            next.Add(new NextRow(row, token));
        }

        NewTokens += running.Count;
        _running = running;
        if (running.Count == 0 || IsDone(running[0].Score, written))
        {
            next.RemoveRange(first, next.Count - first);
            _texts = [.. _finished.Take(Settings.NumReturnSequences).Select(f => f.Text)];
        }

        Rows = next.Count - first;
        return Rows > 0 || _texts.Length == Settings.NumReturnSequences ? null : NoToken;
    }

    private bool TryScore(ReadOnlySpan<float> raw, int row, List<Continuation> best, DecodingScratch scratch)
    {
        double logSumExp = LogProbabilities.LogSumExp(raw);
        if (double.IsNaN(logSumExp)) return false;
        scratch.EnsureVocabulary(raw.Length);
        var scores = scratch.Logits.AsSpan(0, raw.Length);
        for (int token = 0; token < raw.Length; token++) scores[token] = (float)(raw[token] - logSumExp);
        if (Request.Call.Rules.Any) Request.Call.Rules.Apply(scores, _running[row].History.Tokens, PromptTokens, MaxNewTokens, scratch);
        for (int token = 0; token < scores.Length; token++)
        {
            double score = _running[row].Score + scores[token];
            if (double.IsNegativeInfinity(score) || (best.Count == _kept && score <= best[^1].Score)) continue;
            Insert(best, new Continuation(score, row, token, (float)(raw[token] - logSumExp)));
        }

        return true;
    }

    // Equal scores keep the order of beams and tokens.
    private void Insert(List<Continuation> best, Continuation continuation)
    {
        int at = best.Count;
        while (at > 0 && best[at - 1].Score < continuation.Score) at--;
        best.Insert(at, continuation);
        if (best.Count > _kept) best.RemoveAt(_kept);
    }

    private void Finish(TokenHistory history, double score, FinishReason reason, int written)
    {
        double ranked = score / Math.Pow(written, Settings.LengthPenalty);
        int at = _finished.Count;
        while (at > 0 && _finished[at - 1].Score < ranked) at--;
        _finished.Insert(at, new Finished(history.ToSequence(PromptTokens, reason), ranked));
        if (_finished.Count > _beams) _finished.RemoveAt(_beams);
    }

    private bool IsDone(double bestRunning, int written)
    {
        if (_finished.Count < _beams) return false;
        if (Settings.EarlyStopping == EarlyStopping.FirstFinished) return true;
        int length = Settings.EarlyStopping == EarlyStopping.Never && Settings.LengthPenalty > 0 ? MaxNewTokens : written;
        return bestRunning / Math.Pow(length, Settings.LengthPenalty) <= _finished[^1].Score;
    }

    private readonly record struct Beam(TokenHistory History, double Score);

    private readonly record struct Finished(GeneratedSequence Text, double Score);

    private readonly record struct Continuation(double Score, int Row, int Token, float LogProbability);
}
