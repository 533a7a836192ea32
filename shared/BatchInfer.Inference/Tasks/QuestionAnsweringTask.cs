using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Start and end logits of a question with its context to answers with their places in the context, as Hugging Face's pipeline finds them.</summary>
/// <param name="start">The graph's start logits.</param>
/// <param name="end">The graph's end logits.</param>
/// <param name="rows">How texts become rows.</param>
/// <param name="settings">Which answers are given.</param>
/// <param name="classifierId">Id of the token that stands for no answer, or null.</param>
internal sealed class QuestionAnsweringTask(OnnxTensorInfo start, OnnxTensorInfo end, RowOptions rows, AnswerSettings settings, int? classifierId) : IEncoderTask
{
    // What the question's tokens have in place of their logits: no probability, and yet a number.
    private const float Impossible = -10_000;
    private const int Context = 1;

    public IReadOnlyList<OnnxTensorInfo> Outputs { get; } = [start, end];

    public RowOptions Rows => rows;

    public int KeptValues(in RowValues row) => 2 * row.Tokens;

    public bool TryKeep(in RowValues row, Span<float> kept) =>
        Scores.TryCopy(row.Values(0)[..row.Tokens], kept) & Scores.TryCopy(row.Values(1)[..row.Tokens], kept[row.Tokens..]);

    public TaskOutput Finish(in InputRows rows)
    {
        string context = rows.Input.TextPair!;
        var answers = new List<Answer>();
        var places = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        float noAnswer = float.PositiveInfinity;
        bool hasContext = false;
        for (int row = 0; row < rows.Count; row++)
        {
            var details = rows.Details(row);
            using var scratch = new PooledSpan<float>(2 * details.Length);
            Span<float> starts = scratch.Span[..details.Length], ends = scratch.Span[details.Length..];
            hasContext |= Probabilities(rows, row, starts, ends);
            noAnswer = Math.Min(noAnswer, starts[0] * ends[0]);
            starts[0] = ends[0] = 0;
            foreach (var span in Best(starts, ends, details)) Add(answers, places, context, span, details);
        }

        if (!hasContext) return TaskOutput.Failed(ErrorCodes.EmptyText, "The context has no tokens beside the question. Give it some text.");
        if (settings.HandleImpossible) answers.Add(new Answer(0, 0, "", noAnswer));
        return Write(context, answers.OrderByDescending(a => a.Score).Take(settings.TopK));
    }

    /// <returns>False when the row has no token of the context.</returns>
    private bool Probabilities(in InputRows rows, int row, Span<float> starts, Span<float> ends)
    {
        ReadOnlySpan<int> ids = rows.Ids(row);
        ReadOnlySpan<TokenDetail> details = rows.Details(row);
        ReadOnlySpan<float> kept = rows.Kept(row);
        bool any = false;
        for (int i = 0; i < details.Length; i++)
        {
            bool context = details[i].Sequence == Context, possible = context || ids[i] == classifierId;
            any |= context;
            starts[i] = possible ? kept[i] : Impossible;
            ends[i] = possible ? kept[details.Length + i] : Impossible;
        }

        Scores.Softmax(starts, starts);
        Scores.Softmax(ends, ends);
        return any;
    }

    private AnswerSpan[] Best(ReadOnlySpan<float> starts, ReadOnlySpan<float> ends, ReadOnlySpan<TokenDetail> details)
    {
        var best = new AnswerSpan[settings.Candidates];
        int count = 0;
        for (int s = 0; s < starts.Length; s++)
        {
            // No product with it can be among the best.
            if (details[s].Sequence != Context || (count == best.Length && starts[s] <= best[^1].Score)) continue;
            for (int e = s; e < Math.Min(ends.Length, s + settings.MaxLength); e++)
            {
                float score = starts[s] * ends[e];
                if (details[e].Sequence != Context || (count == best.Length && score <= best[^1].Score)) continue;
                int at = count < best.Length ? count++ : count - 1;
                for (; at > 0 && best[at - 1].Score < score; at--) best[at] = best[at - 1];
                best[at] = new AnswerSpan(s, e, score);
            }
        }

        return best[..count];
    }

    private void Add(List<Answer> answers, Dictionary<string, int> places, string context, AnswerSpan span, ReadOnlySpan<TokenDetail> details)
    {
        var (first, last) = (span.Start, span.End);
        if (settings.AlignToWords)
        {
            while (SameWord(details, first - 1, first)) first--;
            while (SameWord(details, last + 1, last)) last++;
        }

        var (from, to) = (details[first].Start, details[last].End);
        string text = context[from..to];
        // The same words found again, in another window or elsewhere in the context, are one answer.
        if (places.TryAdd(text, answers.Count)) answers.Add(new Answer(from, to, text, span.Score));
        else answers[places[text]] = answers[places[text]] with { Score = answers[places[text]].Score + span.Score };
    }

    private static bool SameWord(ReadOnlySpan<TokenDetail> details, int other, int token) =>
        other >= 0 && other < details.Length && details[other].Sequence == details[token].Sequence && details[other].Word == details[token].Word;

    private string Write(string context, IEnumerable<Answer> answers)
    {
        var places = new CodePoints(context);
        var json = OutputJson.Begin();
        if (settings.TopK > 1) json.Writer.WriteStartArray();
        foreach (var answer in answers)
        {
            json.Writer.WriteStartObject();
            json.Writer.WriteNumber(OutputJson.Score, answer.Score);
            json.Writer.WriteNumber(OutputJson.Start, places.At(answer.Start));
            json.Writer.WriteNumber(OutputJson.End, places.At(answer.End));
            json.Writer.WriteString(OutputJson.Answer, answer.Text);
            json.Writer.WriteEndObject();
        }

        if (settings.TopK > 1) json.Writer.WriteEndArray();
        return json.Finish();
    }

    private readonly record struct Answer(int Start, int End, string Text, float Score);
}
