using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>One job as its user sees it: from submit until the last prediction is stored.</summary>
internal static class JobRunner
{
    public static async Task<Measurement> RunAsync(BatchInferClient client, string way, string model, byte[] jsonl, long records)
    {
        var file = await client.UploadFileAsync(new MemoryStream(jsonl), "corpus.jsonl");
        var job = await client.SubmitJobAsync(new JobRequest { Model = model, IdField = "id", Input = new JobInput { FileId = file.Id } });
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
