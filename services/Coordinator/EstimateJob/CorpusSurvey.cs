using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>One pass over a job's corpus with the parser, the prompts and the keys of the job itself.</summary>
internal sealed class CorpusSurvey(Func<FileStream> scratch) : IDisposable
{
    public long Records { get; private set; }

    public long Malformed { get; private set; }

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
            string? text = record.Error is not null ? null : prompts is null ? record.Text : prompts.Render(record).Text;
            if (text is null)
            {
                Malformed++;
                continue;
            }

            var key = keys.Create(text, record.TextPair);
            Keys.Add(new SizedKey(key, Encoding.UTF8.GetByteCount(text) + (record.TextPair is { } pair ? Encoding.UTF8.GetByteCount(pair) : 0)));
            Sample.Offer(key, text, record.TextPair);
        }
    }

    public void Dispose() => Keys.Dispose();
}
