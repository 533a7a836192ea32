using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>Finds the job that an interrupted run left behind, so that running again continues it instead of starting beside it.</summary>
internal static class JobAttachment
{
    /// <summary>Metadata that marks a run's job with the format its file was read by, which a job does not show otherwise.</summary>
    public const string FormatKey = "batchinfer.format";

    // An unfinished job is among the last ones; a folder with thousands of jobs should not delay each run.
    private const int JobsLookedAt = 1000;

    public static async Task<JobResource?> FindAsync(BatchInferClient client, JobRequest request, ModelResource model, CancellationToken ct)
    {
        await foreach (var job in client.ReadJobsAsync(JobsLookedAt, ct))
            if (Continues(job, request, model)) return job;
        return null;
    }

    /// <summary>True when the job goes on by itself and ends with exactly what the request asks for.</summary>
    public static bool Continues(JobResource job, JobRequest request, ModelResource model)
    {
        string task = request.Task ?? model.DefaultTask;
        var texts = TaskCatalog.Tasks.GetValueOrDefault(task);
        return job.Status is JobStatus.Validating or JobStatus.Planning or JobStatus.Running or JobStatus.Finalizing
            && job.FileId == request.Input?.FileId
            && job.Revision == model.Revision
            && job.Task == task
            && job.TextField == (request.TextField ?? texts?.TextField)
            && job.TextPairField == (request.TextPairField ?? texts?.TextPairField)
            && job.IdField == request.IdField
            // A retry runs again what failed only, and one with a limit of errors or a deadline may end before it is through.
            && job.RetryOf is null
            && job.ErrorThreshold == request.ErrorThreshold
            && job.ExpiresAt is null && request.DeadlineSeconds is null
            && JsonNode.DeepEquals(Written(job.Prompt), Written(request.Prompt))
            && job.Metadata.GetValueOrDefault(FormatKey) == request.Metadata?.GetValueOrDefault(FormatKey)
            && Effective(model, task, job.Prompt, job.Parameters) is { } parameters && parameters.Equals(Effective(model, task, request.Prompt, request.Parameters));
    }

    // A job may show the parameters as asked or with the model's defaults: both come to the same.
    private static InferenceParameters? Effective(ModelResource model, string task, PromptSpec? prompt, JsonObject? parameters) => model.Tasks.ContainsKey(task)
        ? EffectiveParameters.Of(model, task, PromptSpec.Complete(prompt, InferenceParameters.From(parameters))).Parameters
        : null;

    // Examples are a list, which records compare by reference.
    private static JsonNode? Written(PromptSpec? prompt) => JsonSerializer.SerializeToNode(prompt, ApiJson.Options);
}
