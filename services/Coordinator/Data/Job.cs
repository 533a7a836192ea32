using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Data;

/// <summary>A bulk prediction job: one corpus, one model revision, one task with its effective parameters.</summary>
internal sealed class Job
{
    public Guid Id { get; init; }
    public JobStatus Status { get; init; }
    public required string Model { get; init; }
    public required string Revision { get; init; }
    public required string Task { get; init; }

    /// <summary>Effective parameters as canonical JSON.</summary>
    public required string Parameters { get; init; }
    public required string FileId { get; init; }
    public RecordFormat Format { get; init; }
    public required string TextField { get; init; }
    public string? TextPairField { get; init; }
    public string? IdField { get; init; }

    /// <summary>How prompts are made, as JSON; null where the text is the input.</summary>
    public string? Prompt { get; init; }

    /// <summary>Header line of a CSV corpus.</summary>
    public string? CsvHeader { get; init; }

    /// <summary>First byte and line of the records, behind a byte order mark and a header.</summary>
    public long DataOffset { get; init; }
    public long DataLine { get; init; }
    public int Priority { get; init; }

    /// <summary>The user's own strings as a JSON object.</summary>
    public required string Metadata { get; init; }
    public string? IdempotencyKey { get; init; }

    /// <summary>Digest of the request, to tell a repetition from another job under the same key.</summary>
    public string? RequestDigest { get; init; }

    /// <summary>Trace context of the submit, so that all work on the job is one trace.</summary>
    public string? TraceParent { get; init; }
    public string? Message { get; init; }

    /// <summary>What the last shard failed with that is tried again; gone with the next one stored.</summary>
    public string? Trouble { get; init; }

    /// <summary>Error rows beyond which it fails: below 1 a share of its records, from 1 on a count.</summary>
    public double? ErrorThreshold { get; init; }
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The job whose error rows this one runs again.</summary>
    public Guid? RetryOf { get; init; }

    /// <summary>Failures laid to its records so far, over all shards.</summary>
    public int Strikes { get; init; }

    /// <summary>When every shard was known.</summary>
    public DateTimeOffset? PlannedAt { get; init; }
    public long Total { get; init; }
    public long Computed { get; init; }
    public long Cached { get; init; }
    public long Duplicates { get; init; }
    public long Failed { get; init; }
    public long Tokens { get; init; }
    public long PaddedTokens { get; init; }
    public int Shards { get; init; }
    public int ShardsPersisted { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>When its deletion was asked for. From then on nobody sees it; the row goes when its results are gone.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    public RecordSchema Schema => new(Format, TextField, TextPairField, IdField, CsvHeader, Fields: PromptSpec?.Template is not null);

    public PromptSpec? PromptSpec => Prompt is null ? null : JsonSerializer.Deserialize<PromptSpec>(Prompt, ApiJson.Options);

    /// <summary>A job that runs the failed records of this one again, the same way in all that a record sees of it.</summary>
    public Job RetryFailed(TimeProvider time) => new()
    {
        Id = Guid.CreateVersion7(time.GetUtcNow()), Status = JobStatus.Planning, RetryOf = Id, CreatedAt = time.GetDatabaseNow(),
        Model = Model, Revision = Revision, Task = Task, Parameters = Parameters,
        FileId = FileId, Format = Format, TextField = TextField, TextPairField = TextPairField, IdField = IdField,
        CsvHeader = CsvHeader, Prompt = Prompt, DataOffset = DataOffset, DataLine = DataLine, Priority = Priority, Metadata = Metadata,
        TraceParent = System.Diagnostics.Activity.Current?.Id,
    };
}
