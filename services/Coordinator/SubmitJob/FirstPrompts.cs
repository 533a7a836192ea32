using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>
/// Has a worker make and count the first prompts of a job, so that one whose prompts are all too long, or whose model has no chat
/// template that could make them, is refused at once.
/// </summary>
internal sealed class FirstPrompts(AskedWorker worker)
{
    /// <summary>What is wrong with the prompts; null also where no worker is there to ask.</summary>
    public async Task<ProblemHttpResult?> CheckAsync(
        ModelDescriptor model, string task, InferenceParameters parameters, IReadOnlyList<SampledInput> prompts, bool chat, CancellationToken ct)
    {
        bool anyLength = parameters.GetBool("truncation", false);
        if (!chat && (prompts.Count == 0 || anyLength)) return null;
        var counted = await worker.AskAsync(new CountTokens(model.Revision, task, parameters.CanonicalJson, prompts, chat), ct);
        if (counted?.ChatProblem is { } problem) return Problems.Invalid("prompt.chat", problem);
        return !anyLength && counted?.Each is { } each ? PromptCheck.Length(each, model.ContextLength, task) : null;
    }
}
