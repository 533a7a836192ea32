using System.Numerics.Tensors;
using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>The likeliest tokens for each mask of a text, with the text so filled, as Hugging Face's pipeline gives them.</summary>
/// <param name="logits">The graph's output.</param>
/// <param name="rows">How texts become rows.</param>
/// <param name="maskId">Id of the mask.</param>
/// <param name="topK">How many tokens for each mask.</param>
/// <param name="targets">The only tokens to score, or null for all.</param>
/// <param name="tokenizer">Writes the tokens.</param>
internal sealed class FillMaskTask(OnnxTensorInfo logits, RowOptions rows, int maskId, int topK, int[]? targets, TextTokenizer tokenizer) : IEncoderTask
{
    // Of a candidate: its id, as the bits of a float, and its score.
    private const int CandidateValues = 2;

    // Each candidate of each mask comes with the whole text: a record of masks alone would be answered with its square.
    private const long MaxCharacters = 1 << 24;

    public IReadOnlyList<OnnxTensorInfo> Outputs { get; } = [logits];

    public RowOptions Rows => rows;

    public int KeptValues(in RowValues row) => row.Ids.Count(maskId) * Candidates(row.Width(0)) * CandidateValues;

    public bool TryKeep(in RowValues row, Span<float> kept)
    {
        int width = row.Width(0), candidates = Candidates(width);
        ReadOnlySpan<int> ids = row.Ids;
        ReadOnlySpan<float> values = row.Values(0);
        for (int place = 0; place < ids.Length; place++)
        {
            if (ids[place] != maskId) continue;
            var ofMask = values.Slice(place * width, width);
            if (!TensorPrimitives.IsFiniteAll(ofMask)) return false;
            Keep(ofMask, kept[..(candidates * CandidateValues)]);
            kept = kept[(candidates * CandidateValues)..];
        }

        return true;
    }

    public TaskOutput Finish(in InputRows rows)
    {
        var (sequence, masks) = Gather(rows);
        if (masks.Count == 0)
            return TaskOutput.Failed(ErrorCodes.MissingMask, $"The text has no {tokenizer.Token(maskId)} among the tokens that the model reads.");
        bool single = masks.Count == 1;
        long texts = masks.Sum(m => (long)m.Candidates.Length / CandidateValues);
        // Of a long text the model may read only the beginning.
        if (texts * rows.Input.Text.Length > MaxCharacters && texts * tokenizer.Decode(sequence, skipSpecialTokens: single).Length > MaxCharacters)
            return TaskOutput.Failed(ErrorCodes.TooLong, $"The text has {masks.Count} masks: filled with each candidate for each, it comes to more than {MaxCharacters} characters. Cut it into parts, or set top_k lower.");
        var json = OutputJson.Begin();
        if (!single) json.Writer.WriteStartArray();
        foreach (var (place, candidates) in masks)
        {
            json.Writer.WriteStartArray();
            for (int i = 0; i < candidates.Length; i += CandidateValues)
            {
                int id = BitConverter.SingleToInt32Bits(candidates[i]);
                json.Writer.WriteStartObject();
                json.Writer.WriteNumber(OutputJson.Score, candidates[i + 1]);
                json.Writer.WriteNumber(OutputJson.Token, id);
                json.Writer.WriteString(OutputJson.TokenText, tokenizer.Decode([id], skipSpecialTokens: false));
                sequence[place] = id;
                // With several masks the others stay in sight.
                json.Writer.WriteString(OutputJson.Sequence, tokenizer.Decode(sequence, skipSpecialTokens: single));
                json.Writer.WriteEndObject();
            }

            sequence[place] = maskId;
            json.Writer.WriteEndArray();
        }

        if (!single) json.Writer.WriteEndArray();
        return json.Finish();
    }

    private int Candidates(int width) => Math.Min(topK, targets?.Length ?? width);

    private void Keep(ReadOnlySpan<float> logits, Span<float> kept)
    {
        using var order = new PooledSpan<int>(kept.Length / CandidateValues);
        float max = TensorPrimitives.Max(logits);
        double sum = Scores.Sum(logits, max);
        if (targets is null)
        {
            Ranking.Best(logits, order.Span);
        }
        else
        {
            using var ofTargets = new PooledSpan<float>(targets.Length);
            for (int i = 0; i < targets.Length; i++) ofTargets.Span[i] = logits[targets[i]];
            Ranking.Best(ofTargets.Span, order.Span);
        }

        for (int i = 0; i < order.Span.Length; i++)
        {
            int id = targets is null ? order.Span[i] : targets[order.Span[i]];
            kept[i * CandidateValues] = BitConverter.Int32BitsToSingle(id);
            kept[(i * CandidateValues) + 1] = (float)(Math.Exp((double)logits[id] - max) / sum);
        }
    }

    // All tokens of the text with those around it, and its masks, each from the window that answers for it.
    private (int[] Sequence, List<(int Place, float[] Candidates)> Masks) Gather(in InputRows rows)
    {
        var sequence = new List<int>();
        var masks = new List<(int, float[])>();
        for (int row = 0; row < rows.Count; row++)
        {
            var ids = rows.Ids(row);
            var (offset, length) = WindowSeams.Owned(rows, row, Rows.Overlap).GetOffsetAndLength(ids.Length);
            int start = row == 0 ? 0 : offset, end = row == rows.Count - 1 ? ids.Length : offset + length;
            int inRow = ids.Count(maskId), seen = 0, each = inRow == 0 ? 0 : rows.Kept(row).Length / inRow;
            for (int place = 0; place < end; place++)
            {
                if (ids[place] == maskId)
                {
                    if (place >= start) masks.Add((sequence.Count, rows.Kept(row).Slice(seen * each, each).ToArray()));
                    seen++;
                }

                if (place >= start) sequence.Add(ids[place]);
            }
        }

        return ([.. sequence], masks);
    }
}
