using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Observe;

/// <summary>Where a job that is not over stands.</summary>
/// <param name="Id">The job.</param>
/// <param name="Model">Its model's name.</param>
/// <param name="Revision">Its model's revision.</param>
/// <param name="Status">Its state.</param>
/// <param name="Priority">Its priority.</param>
/// <param name="Shards">Shards planned so far.</param>
/// <param name="Persisted">Those of them that are stored.</param>
/// <param name="InFlight">Those of them in the queue or in workers' hands.</param>
internal sealed record OpenJob(Guid Id, string Model, string Revision, JobStatus Status, int Priority, int Shards, int Persisted, int InFlight);
