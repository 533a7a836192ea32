using BatchInfer.Coordinator.Data;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>What the check of a request came to: a job to insert, or the problem to answer with.</summary>
internal readonly record struct CheckedJob(Job? Job, ProblemHttpResult? Problem)
{
    public static implicit operator CheckedJob(ProblemHttpResult problem) => new(null, problem);
}
