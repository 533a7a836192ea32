using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Has a worker look up the tokens that a job names, so that one that the model's vocabulary lacks is refused at once.</summary>
internal sealed class FirstTargets(AskedWorker worker)
{
    private const string Targets = "targets";

    /// <summary>What is wrong with the targets; null also where no worker is there to ask.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(ModelDescriptor model, string task, InferenceParameters parameters, CancellationToken ct)
    {
        if (parameters.Get(Targets) is null) return null;
        var counted = await worker.AskAsync(new CountTokens(model.Revision, task, parameters.CanonicalJson, []), ct);
        return counted?.ParameterProblem is { } problem ? Problems.Invalid($"parameters.{Targets}", problem) : null;
    }
}
