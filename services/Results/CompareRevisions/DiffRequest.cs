using BatchInfer.Contracts;

namespace BatchInfer.Results.CompareRevisions;

/// <summary>Which predictions are compared.</summary>
/// <param name="Old">The one revision.</param>
/// <param name="New">The other.</param>
/// <param name="JobId">Over this job's inputs; null for all inputs that the old one predicted.</param>
/// <param name="Task">Only of this task; null for all.</param>
/// <param name="Limit">Inputs looked at, at most.</param>
/// <param name="Worst">Inputs that differ most to keep.</param>
internal sealed record DiffRequest(ModelDescriptor Old, ModelDescriptor New, Guid? JobId, string? Task, long Limit, int Worst);
