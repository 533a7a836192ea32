using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.TrackProgress;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Shows a job's row as the API does.</summary>
internal static class JobResources
{
    // A name has a few revisions; those that most workers serve are told.
    private const int MostNamed = 3;

    /// <summary>Two heartbeats of a worker. Of one that is silent for longer nothing is known, and the rate falls.</summary>
    private static readonly TimeSpan LongestUnheard = TimeSpan.FromSeconds(10);

    /// <param name="job">The row.</param>
    /// <param name="predicted">What its workers have answered beside what is stored.</param>
    /// <param name="workers">Workers of each revision that has any.</param>
    /// <param name="served">By name, what workers serve under the names of jobs that wait.</param>
    /// <param name="now">The time.</param>
    public static JobResource Resource(
        Job job, PredictedSoFar predicted, IReadOnlyDictionary<string, int> workers, IReadOnlyDictionary<string, ServedRevisions> served, DateTimeOffset now)
    {
        var counts = new JobCounts(
            job.Total, job.Computed, job.Cached, job.Duplicates, job.Failed, job.Tokens, job.PaddedTokens, job.Shards, job.ShardsPersisted, predicted.Records, predicted.Tokens);
        var detail = Detail(job, workers);
        string? message = job.Message ?? detail switch
        {
            JobStatusDetail.WaitingForWorkers => Waiting(job, served.GetValueOrDefault(job.Model)),
            JobStatusDetail.Retrying => job.Trouble,
            _ => null,
        };
        return new JobResource(
            job.Id, job.Status, job.Model, job.Revision, job.Task, JsonNode.Parse(job.Parameters)!.AsObject(), job.FileId,
            job.TextField, job.TextPairField, job.IdField, job.Priority,
            JsonSerializer.Deserialize<Dictionary<string, string>>(job.Metadata, ApiJson.Options)!,
            counts, Throughput(job, predicted, now), message, job.CreatedAt, job.StartedAt, job.FinishedAt,
            detail, job.ExpiresAt, job.ErrorThreshold, job.RetryOf, job.PromptSpec, TraceId(job));
    }

    /// <summary>Whether it could go on if a worker served its revision.</summary>
    public static bool Waits(Job job, IReadOnlyDictionary<string, int> workers) =>
        job.Status is JobStatus.Planning or JobStatus.Running && !workers.ContainsKey(job.Revision);

    /// <summary>A job keeps its revision, so that neither promoting another one nor more workers that have that one help it.</summary>
    private static string Waiting(Job job, ServedRevisions? served)
    {
        string needed = ModelReference.Abbreviate(job.Revision), waiting = $"Waiting for a worker that serves '{job.Model}' (revision {needed}).";
        if (served is null) return waiting;
        string others = string.Join(", ", served.Alive.Take(MostNamed).Select(ModelReference.Abbreviate));
        waiting += $" The workers at hand serve '{job.Model}' in revision {others}. Start one whose models folder holds the files of {needed}, or cancel this job and submit it ";
        if (served.Alive.Contains(served.Promoted, StringComparer.Ordinal)) return waiting + $"again: the name stands for {ModelReference.Abbreviate(served.Promoted)} now.";
        string theirs = ModelReference.Abbreviate(served.Alive[0]);
        return waiting + $"for '{job.Model}@{theirs}'. The name stands for that one only after 'batchinfer models promote {job.Model} {theirs}'.";
    }

    // W3C trace context: version, trace id, span id, flags.
    private static string? TraceId(Job job) => job.TraceParent?.Split('-') is [_, { Length: 32 } trace, ..] ? trace : null;

    private static JobStatusDetail? Detail(Job job, IReadOnlyDictionary<string, int> workers) =>
        job.Status is not (JobStatus.Planning or JobStatus.Running) ? null
        : Waits(job, workers) ? JobStatusDetail.WaitingForWorkers
        : job.Trouble is not null ? JobStatusDetail.Retrying
        : null;

    private static JobThroughput Throughput(Job job, PredictedSoFar predicted, DateTimeOffset now)
    {
        var end = job.FinishedAt ?? now;
        // A job of one small shard may end before it is marked as started, and counts as started then.
        double seconds = job.StartedAt is { } started ? (end - (started < end ? started : job.CreatedAt)).TotalSeconds : 0;
        long done = job.Computed + job.Cached + job.Failed + predicted.Records;
        if (seconds <= 0 || done == 0) return new JobThroughput(0, 0, null);
        // What workers hold is known as of their last heartbeats: rate and time left do not swing with each, when the time since
        // counts as little as their records do among all.
        double unheard = Math.Clamp((end - (predicted.At ?? end)).TotalSeconds, 0, Math.Min(LongestUnheard.TotalSeconds, seconds / 2)) * predicted.Records / done;
        double rate = done / (seconds - unheard);
        double? eta = job.Status == JobStatus.Running ? Math.Round(Math.Max(0, (job.Total - done) / rate - unheard), 1) : null;
        return new JobThroughput(Math.Round(rate, 2), Math.Round((job.Tokens + predicted.Tokens) / (seconds - unheard), 1), eta);
    }
}
