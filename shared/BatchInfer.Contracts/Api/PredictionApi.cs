using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>One line of a job's predictions, in input order.</summary>
/// <param name="Ordinal">Ordinal in the corpus, from 0.</param>
/// <param name="CustomId">The record's own id, or its line number.</param>
/// <param name="Output">The task's output, or null.</param>
/// <param name="Error">Why there is none, or null.</param>
/// <param name="TokensCut">Tokens of the input that the model did not see, since it was longer than the limit; absent for none.</param>
public sealed record PredictionLine(long Ordinal, string CustomId, JsonElement? Output, RecordError? Error, int TokensCut = 0);

/// <summary>One error row of a job.</summary>
public sealed record ErrorLine(long Ordinal, string CustomId, string Code, string Message, long Line);

/// <summary>Body of <c>POST /v1/predictions/lookup</c>: by inputs, by keys, or by a job's custom ids.</summary>
public sealed record LookupRequest
{
    /// <summary>Model name; needed with <see cref="Inputs"/>.</summary>
    public string? Model { get; init; }

    /// <summary>Task; the model's default one when absent.</summary>
    public string? Task { get; init; }

    /// <summary>Parameters; the model's defaults where absent.</summary>
    public JsonObject? Parameters { get; init; }

    /// <summary>Texts, each a string or a pair <c>[text, text_pair]</c>; at most 10,000.</summary>
    public JsonArray? Inputs { get; init; }

    /// <summary>Prediction keys; at most 10,000.</summary>
    public IReadOnlyList<Guid>? Keys { get; init; }

    /// <summary>Job to look in; needed with <see cref="CustomIds"/>.</summary>
    public Guid? JobId { get; init; }

    /// <summary>Custom ids of the job's records; at most 10,000.</summary>
    public IReadOnlyList<string>? CustomIds { get; init; }
}

/// <summary>Body of <c>POST /v1/predictions/history</c>: what <c>GET</c> takes in its address, for inputs that are too long for one.</summary>
public sealed record HistoryRequest
{
    /// <summary>Model name.</summary>
    public string? Model { get; init; }

    /// <summary>The text; of a pair the first one.</summary>
    public string? Input { get; init; }

    /// <summary>The second text of a pair.</summary>
    public string? InputPair { get; init; }

    /// <summary>Task; the default one of each revision when absent.</summary>
    public string? Task { get; init; }

    /// <summary>Parameters; the defaults of each revision where absent.</summary>
    public JsonObject? Parameters { get; init; }
}

/// <summary>Answer of a lookup: one entry for each thing asked, in that order.</summary>
public sealed record LookupResponse(IReadOnlyList<LookupResult> Data);

/// <summary>One looked-up prediction, or a miss that says what was looked for.</summary>
/// <param name="Found">Whether it is stored.</param>
/// <param name="Key">Its content address; of a miss the address looked at, or null where a custom id leads to none.</param>
/// <param name="CustomId">The custom id asked for, or null.</param>
/// <param name="Input">The input; of a pair the first text.</param>
/// <param name="Output">The task's output, or null.</param>
/// <param name="Model">The model: by the name asked for, else by the name under which it predicted.</param>
/// <param name="Revision">The model's revision, also of a miss by input.</param>
/// <param name="JobId">Job that computed it.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="InputPair">The second text of a pair, or null.</param>
/// <param name="Task">Task.</param>
/// <param name="Parameters">Effective parameters; null where they were not recorded.</param>
/// <param name="TokensCut">Tokens of the input that the model did not see, since it was longer than the limit.</param>
public sealed record LookupResult(
    bool Found, Guid? Key, string? CustomId, string? Input, JsonElement? Output, string? Model, string? Revision, Guid? JobId, DateTimeOffset? CreatedAt,
    string? InputPair = null, string? Task = null, JsonObject? Parameters = null, int TokensCut = 0);

/// <summary>A model as <c>GET /v1/models</c> shows it.</summary>
/// <param name="Id">Name a job uses.</param>
/// <param name="Revision">The revision that the name stands for, a digest of its files; of <c>NAME@REVISION</c> that one.</param>
/// <param name="Architecture">From its config.</param>
/// <param name="DefaultTask">The task when a job names none.</param>
/// <param name="Tasks">Its tasks with their default parameters.</param>
/// <param name="ContextLength">Longest input in tokens.</param>
/// <param name="Labels">Labels in the order of the logits.</param>
/// <param name="SizeBytes">Bytes of its graph and weights.</param>
/// <param name="Workers">Workers alive that serve this revision.</param>
/// <param name="Prompts">Prefixes that an embedder was trained with, by name; null without any.</param>
/// <param name="Revisions">Every revision of the name that workers announced, the latest first.</param>
public sealed record ModelResource(
    string Id, string Revision, string Architecture, string DefaultTask, IReadOnlyDictionary<string, JsonObject> Tasks,
    int ContextLength, IReadOnlyList<string> Labels, long SizeBytes, int Workers, IReadOnlyDictionary<string, string>? Prompts = null,
    IReadOnlyList<ModelRevisionResource>? Revisions = null);

/// <summary>A revision of a model.</summary>
/// <param name="Revision">Digest of its files.</param>
/// <param name="Promoted">Whether it is the one that the name stands for.</param>
/// <param name="Workers">Workers alive that serve it.</param>
/// <param name="FirstSeenAt">When a worker first announced it.</param>
/// <param name="AnnouncedAt">When a worker last began to serve it.</param>
public sealed record ModelRevisionResource(string Revision, bool Promoted, int Workers, DateTimeOffset FirstSeenAt, DateTimeOffset AnnouncedAt);

/// <summary>Body of <c>POST /v1/models/{name}/promote</c>.</summary>
public sealed record PromoteRequest
{
    /// <summary>The revision that the name shall stand for, or its beginning.</summary>
    public string? Revision { get; init; }
}
