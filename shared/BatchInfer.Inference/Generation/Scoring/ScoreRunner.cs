using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Scores texts of one length: the log-probability of each of their tokens.</summary>
/// <param name="decoder">The graph from token ids to logits.</param>
/// <param name="maxRunTokens">Tokens that go through the graph at once; a longer text does so by itself.</param>
internal sealed class ScoreRunner(DecoderGraph decoder, int maxRunTokens)
{
    /// <summary>Scores each token by those before it; texts of one length share the run.</summary>
    public GenerationResult[] ScoreCausal(IReadOnlyList<GenerationRequest> requests, StepWorkspace workspace)
    {
        int length = requests[0].Ids.Length;
        long[] ids = new long[checked(requests.Count * length)];
        for (int row = 0; row < requests.Count; row++)
            for (int t = 0; t < length; t++) ids[row * length + t] = requests[row].Ids[t];
        using var logits = decoder.RunWhole(new DecoderStep(ids, requests.Count, 0, null), workspace.Run);
        int vocabulary = (int)logits.GetTensorTypeAndShape().Shape[^1];
        var values = workspace.Floats(logits);
        var results = new GenerationResult[requests.Count];
        for (int row = 0; row < results.Length; row++)
        {
            int[] text = requests[row].Ids;
            float[] scores = new float[length - 1];
            for (int t = 0; t < scores.Length; t++)
                scores[t] = Score(values.Slice((row * length + t) * vocabulary, vocabulary), text[t + 1]);
            results[row] = Result(requests[row], text[1..], scores);
        }

        return results;
    }

    /// <summary>Scores each token by those around it, itself hidden: one row for each token of the text.</summary>
    public GenerationResult ScoreMasked(GenerationRequest request, TextScoring scoring, StepWorkspace workspace)
    {
        int length = request.Ids.Length, most = Math.Max(1, maxRunTokens / length);
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
