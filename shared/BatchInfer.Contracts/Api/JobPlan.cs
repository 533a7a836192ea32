using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>What a job would do and take: the answer to <c>POST /v1/jobs?dry_run=true</c>. Counts are exact; what is estimated is called an estimate.</summary>
/// <param name="Model">Name of the model.</param>
/// <param name="Revision">Revision of the model that the job would have.</param>
/// <param name="Task">Task.</param>
/// <param name="Parameters">Effective parameters.</param>
/// <param name="FileId">The corpus.</param>
/// <param name="Records">Records of the corpus.</param>
/// <param name="Malformed">Those that become error rows without a look at the model: they cannot be read, have no text, or make no prompt.</param>
/// <param name="Distinct">Different inputs among the others.</param>
/// <param name="AlreadyPredicted">Those of <paramref name="Distinct"/> whose prediction is stored; null where <paramref name="Notes"/> says why it cannot be told.</param>
/// <param name="ToCompute">Inputs that the model would run for.</param>
/// <param name="Tokens">Tokens of those inputs; null when unknown.</param>
/// <param name="TokensFrom">Where <paramref name="Tokens"/> is from; null when unknown.</param>
/// <param name="Pace">How fast the model was in earlier jobs; null when it has computed nothing yet.</param>
/// <param name="WorkerHours">Estimate of the time that workers would spend, all together; null without a pace.</param>
/// <param name="Seconds">Estimate of the time from start to end with the workers alive now and no other job beside; null without a pace or a worker.</param>
/// <param name="Workers">Workers alive that serve the model.</param>
/// <param name="Notes">Sentences: why the first of the malformed records are so, what could not be told, and why.</param>
public sealed record JobPlan(
    string Model, string Revision, string Task, JsonObject Parameters, string FileId,
    long Records, long Malformed, long Distinct, long? AlreadyPredicted, long ToCompute,
    long? Tokens, TokenSource? TokensFrom, ModelPace? Pace, double? WorkerHours, double? Seconds, int Workers, IReadOnlyList<string> Notes);

/// <summary>Where the tokens of a <see cref="JobPlan"/> are from.</summary>
public enum TokenSource
{
    /// <summary>Counted: a worker tokenised every input.</summary>
    Counted,

    /// <summary>An estimate: a worker tokenised a random sample of the corpus.</summary>
    Sample,

    /// <summary>An estimate: the mean of the records that earlier jobs computed with the model, since no worker answered.</summary>
    EarlierJobs,
}

/// <summary>How fast one worker was with a model, measured on finished shards, reading and storing included.</summary>
/// <param name="Shards">Shards measured, the latest ones.</param>
/// <param name="Records">Records that were computed in them.</param>
/// <param name="RecordsPerWorkerSecond">Records that a worker computed in a second.</param>
/// <param name="TokensPerWorkerSecond">Tokens that a worker computed in a second.</param>
public sealed record ModelPace(int Shards, long Records, double RecordsPerWorkerSecond, double TokensPerWorkerSecond);
