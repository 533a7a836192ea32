using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace BatchInfer.Inference;

/// <summary>A label for each token to entities with their places in the text, as Hugging Face's pipeline makes them.</summary>
internal sealed class TokenClassificationTask(
    OnnxTensorInfo logits, RowOptions rows, EntityLabels labels, AggregationStrategy strategy, TextTokenizer tokenizer) : IEncoderTask
{
    [ThreadStatic] private static Scratch? _scratch;

    public IReadOnlyList<OnnxTensorInfo> Outputs { get; } = [logits];

    public RowOptions Rows => rows;

    public int KeptValues(in RowValues row) => row.Tokens * labels.Count;

    public bool TryKeep(in RowValues row, Span<float> kept)
    {
        var values = row.Values(0)[..kept.Length];
        if (!TensorPrimitives.IsFiniteAll(values)) return false;
        for (int start = 0; start < kept.Length; start += labels.Count) Scores.Softmax(values.Slice(start, labels.Count), kept.Slice(start, labels.Count));
        return true;
    }

    public TaskOutput Finish(in InputRows rows)
    {
        var scratch = _scratch ??= new Scratch();
        scratch.Clear();
        CollectTokens(rows, scratch.Tokens);
        if (strategy is AggregationStrategy.None or AggregationStrategy.Simple) LabelTokens(rows, scratch.Tokens, scratch.Spans);
        else LabelWords(rows, scratch.Tokens, scratch.Spans);
        if (strategy != AggregationStrategy.None) Join(scratch.Spans, scratch.Groups);
        return Write(rows.Input.Text, scratch);
    }

    private void CollectTokens(in InputRows rows, List<TaggedToken> tokens)
    {
        string text = rows.Input.Text;
        int index = -1;
        for (int row = 0; row < rows.Count; row++)
        {
            var (offset, length) = WindowSeams.Owned(rows, row, Rows.Overlap).GetOffsetAndLength(rows.Tokens(row));
            if (row == 0) index = offset;
            ReadOnlySpan<int> ids = rows.Ids(row);
            ReadOnlySpan<TokenDetail> details = rows.Details(row);
            for (int place = offset; place < offset + length; place++, index++)
            {
                // One that the post-processor put between the tokens of a text.
                if (details[place].IsSpecial) continue;
                var (start, end) = (details[place].Start, details[place].End);
                tokens.Add(new TaggedToken(row, place, index, ids[place], start, end, IsSubword(text, ids[place], start, end)));
            }
        }
    }

    // Where the vocabulary marks what goes on with a word, a token so marked is longer than its text; elsewhere a space tells.
    private bool IsSubword(string text, int id, int start, int end)
    {
        if (id == tokenizer.SpecialTokens.Unknown) return false;
        if (string.IsNullOrEmpty(tokenizer.ContinuingPrefix)) return start > 0 && text[start - 1] != ' ' && (start == text.Length || text[start] != ' ');
        return CodePoints.Count(tokenizer.Token(id)) != CodePoints.Count(text.AsSpan(start..end));
    }

    private ReadOnlySpan<float> ScoresOf(in InputRows rows, in TaggedToken token) => rows.Kept(token.Row).Slice(token.Place * labels.Count, labels.Count);

    private void LabelTokens(in InputRows rows, List<TaggedToken> tokens, List<TaggedSpan> spans)
    {
        for (int i = 0; i < tokens.Count; i++) spans.Add(Best(i, i + 1, ScoresOf(rows, tokens[i])));
    }

    private void LabelWords(in InputRows rows, List<TaggedToken> tokens, List<TaggedSpan> spans)
    {
        using var mean = new PooledSpan<float>(labels.Count);
        for (int first = 0, end; first < tokens.Count; first = end)
        {
            end = first + 1;
            while (end < tokens.Count && tokens[end].IsSubword) end++;
            var chosen = Best(first, end, ScoresOf(rows, tokens[first]));
            if (strategy == AggregationStrategy.Max)
                for (int i = first + 1; i < end; i++)
                {
                    var other = Best(first, end, ScoresOf(rows, tokens[i]));
                    if (other.Score > chosen.Score) chosen = other;
                }
            else if (strategy == AggregationStrategy.Average && end > first + 1)
            {
                mean.Span.Clear();
                for (int i = first; i < end; i++) TensorPrimitives.Add(mean.Span, ScoresOf(rows, tokens[i]), mean.Span);
                TensorPrimitives.Divide(mean.Span, end - first, mean.Span);
                chosen = Best(first, end, mean.Span);
            }

            spans.Add(chosen);
        }
    }

    private static TaggedSpan Best(int first, int end, ReadOnlySpan<float> scores)
    {
        int best = TensorPrimitives.IndexOfMax(scores);
        return new TaggedSpan(first, end, best, scores[best]);
    }

    private void Join(List<TaggedSpan> spans, List<TaggedSpan> groups)
    {
        for (int first = 0, end; first < spans.Count; first = end)
        {
            double sum = spans[first].Score;
            for (end = first + 1; end < spans.Count && labels.GoesOn(spans[end - 1].Label, spans[end].Label); end++) sum += spans[end].Score;
            groups.Add(new TaggedSpan(spans[first].First, spans[end - 1].End, spans[first].Label, (float)(sum / (end - first))));
        }
    }

    private string Write(string text, Scratch scratch)
    {
        bool grouped = strategy != AggregationStrategy.None;
        var places = new CodePoints(text);
        var json = OutputJson.Begin();
        json.Writer.WriteStartArray();
        foreach (var span in CollectionsMarshal.AsSpan(grouped ? scratch.Groups : scratch.Spans))
        {
            if (grouped ? labels.IsGroupIgnored(span.Label) : labels.IsTokenIgnored(span.Label)) continue;
            var tokens = CollectionsMarshal.AsSpan(scratch.Tokens)[span.First..span.End];
            json.Writer.WriteStartObject();
            if (grouped) json.Writer.WriteString(OutputJson.EntityGroup, labels.GroupNames[span.Label]);
            else json.Writer.WriteString(OutputJson.Entity, labels.Names[span.Label]);
            json.Writer.WriteNumber(OutputJson.Score, span.Score);
            if (!grouped) json.Writer.WriteNumber(OutputJson.Index, tokens[0].Index);
            json.Writer.WriteString(OutputJson.Word, Word(text, tokens));
            json.Writer.WriteNumber(OutputJson.Start, places.At(tokens[0].Start));
            json.Writer.WriteNumber(OutputJson.End, places.At(tokens[^1].End));
            json.Writer.WriteEndObject();
        }

        json.Writer.WriteEndArray();
        return json.Finish();
    }

    // What the vocabulary lacks is shown as it stands in the text.
    private string Word(string text, ReadOnlySpan<TaggedToken> tokens)
    {
        var words = new List<string>(tokens.Length);
        foreach (var token in tokens)
            words.Add(token.Id == tokenizer.SpecialTokens.Unknown ? text[token.Start..token.End] : tokenizer.Token(token.Id) ?? "");
        return tokenizer.Decode(words);
    }

    private sealed class Scratch
    {
        public List<TaggedToken> Tokens { get; } = [];

        public List<TaggedSpan> Spans { get; } = [];

        public List<TaggedSpan> Groups { get; } = [];

        public void Clear()
        {
            Tokens.Clear();
            Spans.Clear();
            Groups.Clear();
        }
    }
}
