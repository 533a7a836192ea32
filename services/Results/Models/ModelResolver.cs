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
        if (!descriptor.Tasks.ContainsKey(task) || !TaskCatalog.Tasks.ContainsKey(task))
            return ResolvedModel.Wrong("task", $"The model '{model}' does not do '{task}'; it does: {string.Join(", ", descriptor.Tasks.Keys)}.");
        var effective = EffectiveParameters.Of(descriptor, task, InferenceParameters.From(parameters));
        return effective.Parameters is { } all
            ? new ResolvedModel(new PredictionKeyFactory(descriptor.Revision, task, all), new AskedModel(model, descriptor.Revision, task), null, null)
            : ResolvedModel.Wrong($"parameters.{effective.Name}", $"{effective.Name} {effective.Problem}.");
    }
}
