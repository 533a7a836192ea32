using System.Numerics.Tensors;

namespace BatchInfer.Inference;

/// <summary>
/// What a token's logit is made to be before one is chosen: penalties, and tokens that may not or must come. In the order of
/// Hugging Face's generation, and with its meaning. Shared by all threads.
/// </summary>
internal sealed class LogitRules(GenerationSettings settings, bool isEncoderDecoder)
{
    private readonly bool _needsHistory = settings.RepetitionPenalty != 1 || settings.NoRepeatNgramSize > 0 || settings.BadWords.Length > 0;

    /// <summary>Whether any rule can change a logit, wherever the text stands.</summary>
    public bool Any => _needsHistory || settings.MinNewTokens > 0 || settings.MinLength > 0 || settings.ForcedBosToken is not null
        || settings.ForcedEosTokens.Length > 0 || settings.SuppressTokens.Length > 0 || settings.BeginSuppressTokens.Length > 0;

    /// <param name="logits">Logits of the vocabulary; changed in place, −∞ for what may not come.</param>
    /// <param name="history">Tokens that the decoder has seen: of a decoder-only model the prompt with them.</param>
    /// <param name="promptTokens">How many of them were there before the first new one.</param>
    /// <param name="maxNewTokens">New tokens at most.</param>
    /// <param name="scratch">Buffers of the thread, as large as the vocabulary.</param>
    public void Apply(Span<float> logits, ReadOnlySpan<int> history, int promptTokens, int maxNewTokens, DecodingScratch scratch)
    {
        int written = history.Length - promptTokens;
        if (settings.RepetitionPenalty != 1) Penalize(logits, history, scratch.Marks);
        if (settings.NoRepeatNgramSize > 0) ForbidRepetition(logits, history);
        foreach (int[] word in settings.BadWords) ForbidWord(logits, history, word);
        if (history.Length < settings.MinLength || written < settings.MinNewTokens) Forbid(logits, settings.EosTokens);
        if (settings.ForcedBosToken is { } first && history.Length == 1) Force(logits, [first]);
        if (settings.ForcedEosTokens.Length > 0 && written == maxNewTokens - 1) Force(logits, settings.ForcedEosTokens);
        Forbid(logits, settings.SuppressTokens);
        if (written == BeginOfText()) Forbid(logits, settings.BeginSuppressTokens);
    }

    // A forced first token stands before the text proper.
    private int BeginOfText() => isEncoderDecoder && settings.ForcedBosToken is not null ? 1 : 0;

    private void Penalize(Span<float> logits, ReadOnlySpan<int> history, Span<bool> seen)
    {
        // Each token once, however often it has come.
        float penalty = (float)settings.RepetitionPenalty;
        foreach (int token in history)
        {
            if ((uint)token >= (uint)logits.Length || seen[token]) continue;
            seen[token] = true;
            logits[token] = logits[token] < 0 ? logits[token] * penalty : logits[token] / penalty;
        }

        // By the history: a vocabulary is a hundred times as long.
        foreach (int token in history)
            if ((uint)token < (uint)logits.Length) seen[token] = false;
    }

    private void ForbidRepetition(Span<float> logits, ReadOnlySpan<int> history)
    {
        int known = settings.NoRepeatNgramSize - 1;
        if (history.Length < known) return;
        var last = history[(history.Length - known)..];
        for (int start = 0; start + known < history.Length; start++)
            if (history.Slice(start, known).SequenceEqual(last)) Forbid(logits, history[start + known]);
    }

    private static void ForbidWord(Span<float> logits, ReadOnlySpan<int> history, int[] word)
    {
        if (history.EndsWith(word.AsSpan(0, word.Length - 1))) Forbid(logits, word[^1]);
    }

    private static void Forbid(Span<float> logits, ReadOnlySpan<int> tokens)
    {
        foreach (int token in tokens) Forbid(logits, token);
    }

    private static void Forbid(Span<float> logits, int token)
    {
        if ((uint)token < (uint)logits.Length) logits[token] = float.NegativeInfinity;
    }

    private static void Force(Span<float> logits, ReadOnlySpan<int> tokens)
    {
        logits.Fill(float.NegativeInfinity);
        foreach (int token in tokens)
            if ((uint)token < (uint)logits.Length) logits[token] = 0;
    }
}
