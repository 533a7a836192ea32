namespace BatchInfer.Contracts;

/// <summary>How a check of the installation ended.</summary>
public enum CheckState
{
    /// <summary>As it should be.</summary>
    Passed,

    /// <summary>It works, but something should be looked at.</summary>
    Warning,

    /// <summary>Jobs cannot run, or not all of them.</summary>
    Failed,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Name">What, e.g. <c>database</c>.</param>
/// <param name="Where">Which process or machine, e.g. a worker's id.</param>
/// <param name="State">How it ended.</param>
/// <param name="Detail">What was found.</param>
/// <param name="Advice">What to do; null where nothing need be done.</param>
public sealed record CheckResource(string Name, string Where, CheckState State, string Detail, string? Advice = null);

/// <summary>What a service found when it looked at its part of the installation: <c>GET /v1/doctor</c>.</summary>
/// <param name="Version">Version of the service.</param>
/// <param name="Checks">What was looked at.</param>
public sealed record DoctorResource(string Version, IReadOnlyList<CheckResource> Checks);

/// <summary>What else to look at: <c>POST /v1/doctor</c>. In a body, as a signed address is a secret that no log of addresses shall have.</summary>
/// <param name="Input">
/// A corpus that coordinator and workers try to read: an object like <c>s3://bucket/key</c>, or the path of a file as they see it.
/// </param>
public sealed record DoctorRequest(string? Input = null);

/// <summary>What waits for workers: <c>GET /v1/backlog</c>. Whoever scales workers goes by <paramref name="Shards"/>.</summary>
/// <param name="Model">The model asked for, which stands for its variants too; null stands for all models.</param>
/// <param name="Jobs">Jobs that are planned or run.</param>
/// <param name="Shards">
/// Their shards that are not stored yet, in the database, in the queue and in workers' hands. Of those that are stranded it has one for each
/// revision: enough for a single worker, which sees when the revision's files come back.
/// </param>
/// <param name="InFlight">Those of them in the queue or in workers' hands.</param>
/// <param name="Queues">Queues of the model's revisions that have jobs.</param>
/// <param name="Stranded">Shards that wait for a revision which no worker serves, and which the workers that came last did not bring: its files were replaced.</param>
public sealed record BacklogResource(string? Model, int Jobs, int Shards, int InFlight, IReadOnlyList<string> Queues, int Stranded = 0);
