using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.EstimateJob;
using BatchInfer.Coordinator.Models;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Has a worker count the first prompts of a job, so that one whose prompts are all too long is refused at once.</summary>
internal sealed class PromptLengths(CoordinatorDatabase database, LiveWorkers live, TokenCounts counts)
{
    /// <summary>What is wrong with the prompts' length; null also where no worker is there to ask.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(
        ModelDescriptor model, string task, InferenceParameters parameters, IReadOnlyList<SampledInput> prompts, CancellationToken ct)
    {
        if (prompts.Count == 0 || parameters.GetBool("truncation", false)) return null;
        await using (var context = await database.OpenAsync(ct))
            if (!(await live.CountAsync(context, ct)).ContainsKey(model.Revision)) return null;
        var counted = await counts.AskAsync(new CountTokens(model.Revision, task, parameters.CanonicalJson, prompts), ct);
        return counted?.Each is { } each ? PromptCheck.Length(each, model.ContextLength, task) : null;
    }
}
