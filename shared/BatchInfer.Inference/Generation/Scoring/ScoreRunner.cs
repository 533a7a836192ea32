using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>Scores texts of one length: the log-probability of each of their tokens.</summary>
/// <param name="decoder">The graph from token ids to logits.</param>
/// <param name="maxRunTokens">Tokens that go through the graph at once; a longer text does so by itself.</param>
/// <param name="logitTokens">Tokens of which a run may give the logits, of all its texts together.</param>
/// <param name="inPieces">Whether a text of more can be read piece by piece beside a cache; else it is read at once all the same.</param>
internal sealed class ScoreRunner(DecoderGraph decoder, int maxRunTokens, int logitTokens, bool inPieces)
{
    /// <summary>Scores each token by those before it; texts of one length share the run.</summary>
    public GenerationResult[] ScoreCausal(IReadOnlyList<GenerationRequest> requests, StepWorkspace workspace)
    {
        // Where a text is cut follows from its length alone, so that its numbers are the same whatever texts it is with.
        int length = requests[0].Ids.Length, rows = Math.Max(1, logitTokens / length);
        var results = new GenerationResult[requests.Count];
        for (int first = 0; first < results.Length; first += rows)
        {
            GenerationRequest[] together = [.. requests.Skip(first).Take(rows)];
            float[][] scores = [.. together.Select(_ => new float[length - 1])];
            if (inPieces && length > logitTokens) ScoreInPieces(together[0].Ids, scores[0], workspace);
            else ScoreAtOnce(together, scores, workspace);
            for (int row = 0; row < together.Length; row++) results[first + row] = Result(together[row], together[row].Ids[1..], scores[row]);
        }

        return results;
    }

    private void ScoreAtOnce(GenerationRequest[] requests, float[][] scores, StepWorkspace workspace)
    {
        int length = requests[0].Ids.Length;
        long[] ids = new long[checked(requests.Length * length)];
        for (int row = 0; row < requests.Length; row++)
            for (int t = 0; t < length; t++) ids[row * length + t] = requests[row].Ids[t];
        using var logits = decoder.RunWhole(new DecoderStep(ids, requests.Length, 0, null), workspace.Run);
        var values = workspace.Floats(logits);
        for (int row = 0; row < requests.Length; row++) Score(values, logits, row * length, requests[row].Ids, scores[row]);
    }

    private void ScoreInPieces(int[] text, float[] scores, StepWorkspace workspace)
    {
        KeyValueCache? cache = null;
        try
        {
            // The last token is scored and scores none.
            for (int start = 0; start < scores.Length; start += logitTokens)
            {
                int end = Math.Min(scores.Length, start + logitTokens);
                long[] ids = new long[end - start];
                for (int t = 0; t < ids.Length; t++) ids[t] = text[start + t];
                using var logits = decoder.Run(new DecoderStep(ids, 1, start, null), ref cache, lastOnly: false, workspace.Run);
                Score(workspace.Floats(logits), logits, 0, text.AsSpan(start, end - start + 1), scores.AsSpan(start, end - start));
            }
        }
        finally
        {
            cache?.Dispose();
        }
    }

    /// <summary>Scores each token by those around it, itself hidden: one row for each token of the text.</summary>
    public GenerationResult ScoreMasked(GenerationRequest request, TextScoring scoring, StepWorkspace workspace)
    {
        int length = request.Ids.Length, most = Math.Max(1, Math.Min(maxRunTokens, logitTokens) / length);
        int[] places = [.. Enumerable.Range(0, length).Where(t => !scoring.Unscored.Contains(request.Ids[t]))];
        float[] scores = new float[places.Length];
        for (int start = 0; start < places.Length; start += most)
        {
            int rows = Math.Min(most, places.Length - start);
            long[] ids = new long[rows * length];
            for (int row = 0; row < rows; row++)
            {
                for (int t = 0; t < length; t++) ids[row * length + t] = request.Ids[t];
                ids[row * length + places[start + row]] = scoring.MaskToken;
            }

            using var logits = decoder.RunWhole(new DecoderStep(ids, rows, 0, null), workspace.Run);
            int vocabulary = (int)logits.GetTensorTypeAndShape().Shape[^1];
            var values = workspace.Floats(logits);
            for (int row = 0; row < rows; row++)
            {
                int place = places[start + row];
                scores[start + row] = Score(values.Slice((row * length + place) * vocabulary, vocabulary), request.Ids[place]);
            }
        }

        return Result(request, [.. places.Select(p => request.Ids[p])], scores);
    }

    // Each token of a text but the first, by the logits of the token before it.
    private static void Score(ReadOnlySpan<float> values, OrtValue logits, int first, ReadOnlySpan<int> text, Span<float> scores)
    {
        int vocabulary = (int)logits.GetTensorTypeAndShape().Shape[^1];
        for (int t = 0; t < scores.Length; t++) scores[t] = Score(values.Slice(checked((first + t) * vocabulary), vocabulary), text[t + 1]);
    }

    private static float Score(ReadOnlySpan<float> logits, int token) =>
        (uint)token < (uint)logits.Length ? (float)(logits[token] - LogProbabilities.LogSumExp(logits)) : float.NaN;

    private static GenerationResult Result(GenerationRequest request, int[] tokens, float[] scores)
    {
        // −∞ is the model's word that a token cannot come; JSON has no number for it, nor has a mean any use for it.
        if (scores.Any(s => !float.IsFinite(s)))
            return GenerationResult.Failed(request, ErrorCodes.InvalidOutput, "The model gave NaN or infinity as the log-probability of a token of this text.");
        return tokens.Length == 0
            ? GenerationResult.Failed(request, ErrorCodes.EmptyText, "The text has no token that can be scored by others: a causal model scores none but the second and those after it.")
            : new GenerationResult(request, [new GeneratedSequence(tokens, scores, FinishReason.Stop)], tokens.Length, null, null);
    }
}
