using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.LookUpPredictions;

namespace BatchInfer.Results.Models;

/// <summary>Finds what a lookup's names mean: the revision, the task and the effective parameters, as a job of the same names would.</summary>
internal sealed class ModelResolver(IPredictionStore store)
{
    public async Task<ResolvedModel> ResolveAsync(string? model, string? task, JsonObject? parameters, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(model)) return ResolvedModel.Wrong("model", "Name the model that predicted the inputs.");
        var descriptor = await store.FindModelAsync(model, ct);
        if (descriptor is null) return ResolvedModel.Wrong("model", $"No worker has announced a model '{model}'; GET /v1/models lists them.");
        task = string.IsNullOrEmpty(task) ? descriptor.DefaultTask : task;
        if (!descriptor.Tasks.TryGetValue(task, out string? defaults) || !TaskCatalog.Tasks.ContainsKey(task))
            return ResolvedModel.Wrong("task", $"The model '{model}' does not do '{task}'; it does: {string.Join(", ", descriptor.Tasks.Keys)}.");
        var given = InferenceParameters.From(parameters);
        foreach (var (name, problem) in TaskCatalog.Validate(task, given))
            return ResolvedModel.Wrong($"parameters.{name}", $"{name} {problem}.");
        return new ResolvedModel(new PredictionKeyFactory(descriptor.Revision, task, InferenceParameters.Parse(defaults).With(given)), new AskedModel(model, descriptor.Revision, task), null, null);
    }
}
