using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>One job as its user sees it: from submit until the last prediction is stored.</summary>
internal static class JobRunner
{
    /// <summary>Texts as the file of a job.</summary>
    public static byte[] Jsonl(IEnumerable<string> texts)
    {
        var jsonl = new StringBuilder();
        foreach (var (i, text) in texts.Index()) jsonl.Append(JsonSerializer.Serialize(new { id = $"r-{i}", text })).Append('\n');
        return Encoding.UTF8.GetBytes(jsonl.ToString());
    }

    public static async Task<Measurement> RunAsync(BatchInferClient client, string way, string model, byte[] jsonl, long records, JsonObject? parameters = null)
    {
        var file = await client.UploadFileAsync(new MemoryStream(jsonl), "corpus.jsonl");
        var job = await client.SubmitJobAsync(new JobRequest { Model = model, IdField = "id", Input = new JobInput { FileId = file.Id }, Parameters = parameters });
        // As often as the command line's `watch` asks: each answer takes time from the model on a machine that runs both.
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        while (!job.Status.IsFinal())
        {
            await timer.WaitForNextTickAsync();
            job = await client.GetJobAsync(job.Id);
        }

        double seconds = (job.FinishedAt!.Value - job.CreatedAt).TotalSeconds;
        var counts = job.Counts;
        if (job.Status != JobStatus.Completed || counts.Total != records || counts.Failed > 0)
            throw new InvalidOperationException($"The job ended as {job.Status} with {counts.Total} of {records} records, {counts.Failed} failed: {job.Message}");
        return new Measurement(way, records, seconds, counts.Tokens, counts.PaddedTokens);
    }
}
