using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace BatchInfer.Contracts;

/// <summary>Body of <c>POST /v1/jobs</c>.</summary>
public sealed record JobRequest
{
    /// <summary>Name of the model, as <c>GET /v1/models</c> lists it.</summary>
    public string? Model { get; init; }

    /// <summary>Task; the model's default one when absent.</summary>
    public string? Task { get; init; }

    /// <summary>The corpus.</summary>
    public JobInput? Input { get; init; }

    /// <summary>Path (JSONL) or column (CSV) of the text. Default <c>text</c>.</summary>
    public string? TextField { get; init; }

    /// <summary>Path or column of the second text of a pair.</summary>
    public string? TextPairField { get; init; }

    /// <summary>Path or column of the record's id; the line number is the id when absent.</summary>
    public string? IdField { get; init; }

    /// <summary>Parameters of the task.</summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>How each record's prompt is made, for tasks that write or score texts; the record's text when absent.</summary>
    public PromptSpec? Prompt { get; init; }

    /// <summary>Share of the workers beside other jobs, 1 to 100. Default 10.</summary>
    public int? Priority { get; init; }

    /// <summary>Up to 16 strings of the user's own.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>
    /// Error rows beyond which the job stops early and fails: below 1 a share of its records, from 1 on a count; 0 allows
    /// none. Any number when absent.
    /// </summary>
    public double? ErrorThreshold { get; init; }

    /// <summary>Seconds from now after which the job expires, keeping what it has. Never when absent.</summary>
    public int? DeadlineSeconds { get; init; }
}

/// <summary>Body of <c>PATCH /v1/jobs/{id}</c>: what changes; the rest stays.</summary>
public sealed record JobUpdate
{
    /// <summary>Share of the workers beside other jobs, 1 to 100.</summary>
    public int? Priority { get; init; }

    /// <summary>Seconds from now after which the job expires.</summary>
    public int? DeadlineSeconds { get; init; }
}

/// <summary>Where a job's records come from: one of file, address and records.</summary>
public sealed record JobInput
{
    /// <summary>Id of an uploaded file.</summary>
    public string? FileId { get; init; }

    /// <summary>Address of an object: <c>s3://bucket/key</c>, <c>az://container/blob</c> or <c>https://…</c></summary>
    /// <remarks>Not written where there is none: a request from before has the digest that its idempotency key was stored with.</remarks>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Url { get; init; }

    /// <summary>How the corpus' records are written, when its name does not tell.</summary>
    public RecordFormat? Format { get; init; }

    /// <summary>Records in the request itself: strings or objects.</summary>
    public JsonArray? Records { get; init; }
}

/// <summary>A job as the API shows it.</summary>
/// <param name="Id">Id.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Revision">Revision of the model when the job was submitted; it never changes.</param>
/// <param name="Task">Task.</param>
/// <param name="Parameters">Effective parameters.</param>
/// <param name="FileId">The corpus.</param>
/// <param name="TextField">Path or column of the text.</param>
/// <param name="TextPairField">Path or column of the second text, or null.</param>
/// <param name="IdField">Path or column of the id, or null.</param>
/// <param name="Priority">Share of the workers beside other jobs.</param>
/// <param name="Metadata">The user's own strings.</param>
/// <param name="Counts">Progress in records.</param>
/// <param name="Throughput">How fast it goes.</param>
/// <param name="Message">Why it failed, or what it waits for: a sentence, or null.</param>
/// <param name="CreatedAt">When it was submitted.</param>
/// <param name="StartedAt">When its first shard was dispatched.</param>
/// <param name="FinishedAt">When it ended, whichever way.</param>
/// <param name="StatusDetail">What keeps an unfinished job from going on, or null.</param>
/// <param name="ExpiresAt">Its deadline, or null.</param>
/// <param name="ErrorThreshold">Error rows beyond which it stops, as a share or a count, or null.</param>
/// <param name="RetryOf">The job whose failed records it runs again, or null.</param>
/// <param name="Prompt">How each record's prompt is made, or null.</param>
/// <param name="TraceId">Id of the trace that all work on it belongs to, or null.</param>
public sealed record JobResource(
    Guid Id, JobStatus Status, string Model, string Revision, string Task, JsonObject Parameters, string FileId,
    string TextField, string? TextPairField, string? IdField, int Priority, IReadOnlyDictionary<string, string> Metadata,
    JobCounts Counts, JobThroughput Throughput, string? Message,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt,
    JobStatusDetail? StatusDetail = null, DateTimeOffset? ExpiresAt = null, double? ErrorThreshold = null, Guid? RetryOf = null,
    PromptSpec? Prompt = null, string? TraceId = null);

/// <summary>What keeps an unfinished job from going on.</summary>
public enum JobStatusDetail
{
    /// <summary>No worker alive serves its model.</summary>
    WaitingForWorkers,

    /// <summary>Shards failed for a reason that passes, such as a store that cannot be reached, and are tried again.</summary>
    Retrying,
}

/// <summary>States of a job; docs/state-machine.md has the transitions.</summary>
public enum JobStatus
{
    /// <summary>The request is checked.</summary>
    Validating,

    /// <summary>The corpus is cut into shards; the first may run already.</summary>
    Planning,

    /// <summary>Shards are predicted.</summary>
    Running,

    /// <summary>Nothing is dispatched until it is resumed.</summary>
    Paused,

    /// <summary>Every shard is stored; the counts are closed.</summary>
    Finalizing,

    /// <summary>Every record is a prediction or an error row.</summary>
    Completed,

    /// <summary>It cannot go on; <see cref="JobResource.Message"/> says why. What it has is kept.</summary>
    Failed,

    /// <summary>Waiting for shards in hand to be dropped.</summary>
    Cancelling,

    /// <summary>Stopped by its user. What it has is kept.</summary>
    Cancelled,

    /// <summary>Its deadline passed. What it has is kept.</summary>
    Expired,
}

/// <summary>Progress of a job in records: Computed + Cached + Failed are those stored and reach Total; Predicted are on their way there.</summary>
/// <param name="Total">Records found so far; final when planning is over.</param>
/// <param name="Computed">Answered by running the model.</param>
/// <param name="Cached">Answered by a stored prediction or by an equal record.</param>
/// <param name="Duplicates">Those of Cached that were equal to another record of their shard.</param>
/// <param name="Failed">Error rows.</param>
/// <param name="Tokens">Tokens of the computed records.</param>
/// <param name="PaddedTokens">The same with padding.</param>
/// <param name="Shards">Shards planned.</param>
/// <param name="ShardsPersisted">Shards stored.</param>
/// <param name="Predicted">Answered by workers in shards that are not stored as a whole yet, as of their last heartbeats; 0 once the job is over. Where a worker dies it falls.</param>
/// <param name="PredictedTokens">Tokens of those that were computed.</param>
public sealed record JobCounts(
    long Total, long Computed, long Cached, long Duplicates, long Failed, long Tokens, long PaddedTokens, long Shards, long ShardsPersisted,
    long Predicted = 0, long PredictedTokens = 0);

/// <summary>How fast a job goes, what is predicted and not stored yet included.</summary>
/// <param name="RecordsPerSecond">Since it started.</param>
/// <param name="TokensPerSecond">Since it started.</param>
/// <param name="EtaSeconds">Seconds left at that rate; null when unknown or done.</param>
public sealed record JobThroughput(double RecordsPerSecond, double TokensPerSecond, double? EtaSeconds);

/// <summary>Whether a status is one that a job never leaves.</summary>
public static class JobStatusExtensions
{
    /// <summary>True for completed, failed, cancelled and expired.</summary>
    public static bool IsFinal(this JobStatus status) =>
        status is JobStatus.Completed or JobStatus.Failed or JobStatus.Cancelled or JobStatus.Expired;
}
