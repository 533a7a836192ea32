using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>One pass over a job's corpus with the parser, the prompts and the keys of the job itself.</summary>
internal sealed class CorpusSurvey(Func<FileStream> scratch) : IDisposable
{
    private const int MostNamed = 3;

    public long Records { get; private set; }

    public long Malformed { get; private set; }

    /// <summary>The first of the malformed ones.</summary>
    public List<RecordError> FirstMalformed { get; } = new(MostNamed);

    public DistinctKeys Keys { get; } = new(scratch);

    public InputSample Sample { get; } = new();

    /// <summary>Reads the records; at most one is in memory.</summary>
    /// <param name="job">The job, checked.</param>
    /// <param name="corpus">Its corpus.</param>
    /// <param name="ct">Ends the pass.</param>
    public async Task ReadAsync(Job job, Stream corpus, CancellationToken ct)
    {
        var keys = new PredictionKeyFactory(job.Revision, job.Task, InferenceParameters.Parse(job.Parameters));
        var prompts = job.PromptSpec is { } prompt ? new PromptRenderer(prompt, job.TextField) : null;
        corpus.Seek(job.DataOffset, SeekOrigin.Begin);
        await foreach (var record in CorpusReader.ReadAsync(corpus, job.Schema, 0, job.DataLine, ct))
        {
            Records++;
            var (text, error) = record.Error is not null || prompts is null ? (record.Text, record.Error) : Prompt(prompts.Render(record));
            if (text is null)
            {
                Malformed++;
                if (error is not null && FirstMalformed.Count < MostNamed) FirstMalformed.Add(error);
                continue;
            }

            var key = keys.Create(text, record.TextPair);
            Keys.Add(new SizedKey(key, Encoding.UTF8.GetByteCount(text) + (record.TextPair is { } pair ? Encoding.UTF8.GetByteCount(pair) : 0)));
            Sample.Offer(key, text, record.TextPair);
        }
    }

    public void Dispose() => Keys.Dispose();

    private static (string?, RecordError?) Prompt(in RecordPrompt prompt) => (prompt.Text, prompt.Error);
}
