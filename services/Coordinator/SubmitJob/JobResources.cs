using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Shows a job's row as the API does.</summary>
internal static class JobResources
{
    public static JobResource Resource(Job job, IReadOnlyDictionary<string, int> workers, DateTimeOffset now)
    {
        var counts = new JobCounts(job.Total, job.Computed, job.Cached, job.Duplicates, job.Failed, job.Tokens, job.PaddedTokens, job.Shards, job.ShardsPersisted);
        var detail = Detail(job, workers);
        string? message = job.Message ?? detail switch
        {
            JobStatusDetail.WaitingForWorkers => $"Waiting for a worker that serves '{job.Model}' (revision {ModelReference.Abbreviate(job.Revision)}).",
            JobStatusDetail.Retrying => job.Trouble,
            _ => null,
        };
        return new JobResource(
            job.Id, job.Status, job.Model, job.Revision, job.Task, JsonNode.Parse(job.Parameters)!.AsObject(), job.FileId,
            job.TextField, job.TextPairField, job.IdField, job.Priority,
            JsonSerializer.Deserialize<Dictionary<string, string>>(job.Metadata, ApiJson.Options)!,
            counts, Throughput(job, now), message, job.CreatedAt, job.StartedAt, job.FinishedAt,
            detail, job.ExpiresAt, job.ErrorThreshold, job.RetryOf, job.PromptSpec, TraceId(job));
    }

    // W3C trace context: version, trace id, span id, flags.
    private static string? TraceId(Job job) => job.TraceParent?.Split('-') is [_, { Length: 32 } trace, ..] ? trace : null;

    private static JobStatusDetail? Detail(Job job, IReadOnlyDictionary<string, int> workers) =>
        job.Status is not (JobStatus.Planning or JobStatus.Running) ? null
        : !workers.ContainsKey(job.Revision) ? JobStatusDetail.WaitingForWorkers
        : job.Trouble is not null ? JobStatusDetail.Retrying
        : null;

    private static JobThroughput Throughput(Job job, DateTimeOffset now)
    {
        double seconds = job.StartedAt is { } started ? ((job.FinishedAt ?? now) - started).TotalSeconds : 0;
        long done = job.Computed + job.Cached + job.Failed;
        if (seconds <= 0 || done == 0) return new JobThroughput(0, 0, null);
        double rate = done / seconds;
        double? eta = job.Status == JobStatus.Running ? Math.Round((job.Total - done) / rate, 1) : null;
        return new JobThroughput(Math.Round(rate, 2), Math.Round(job.Tokens / seconds, 1), eta);
    }
}
