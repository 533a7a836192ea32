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
        var (descriptor, problem) = await FindAsync(model, ct);
        if (descriptor is null) return ResolvedModel.Wrong("model", problem!);
        task = string.IsNullOrEmpty(task) ? descriptor.DefaultTask : task;
        if (!descriptor.Tasks.ContainsKey(task) || !TaskCatalog.Tasks.ContainsKey(task))
            return ResolvedModel.Wrong("task", $"The model '{model}' does not do '{task}'; it does: {string.Join(", ", descriptor.Tasks.Keys)}.");
        var effective = EffectiveParameters.Of(descriptor, task, InferenceParameters.From(parameters));
        return effective.Parameters is { } all
            ? new ResolvedModel(new PredictionKeyFactory(descriptor.Revision, task, all), new AskedModel(descriptor.Name, descriptor.Revision, task), null, null)
            : ResolvedModel.Wrong($"parameters.{effective.Name}", $"{effective.Name} {effective.Problem}.");
    }

    /// <summary>The revision that <c>NAME</c> or <c>NAME@REVISION</c> means, or a sentence that says why there is none.</summary>
    public async Task<(ModelDescriptor? Model, string? Problem)> FindAsync(string model, CancellationToken ct)
    {
        if (await store.FindModelAsync(model, ct) is { } named) return (named, null);
        var reference = ModelReference.Parse(model);
        var revisions = await store.FindRevisionsAsync(reference.Name, ct);
        if (reference.Revision is null || revisions.Count == 0) return (null, $"No worker has announced a model '{reference.Name}'; GET /v1/models lists them.");
        var meant = revisions.Where(r => reference.Matches(r.Revision)).ToList();
        return meant.Count switch
        {
            1 => (meant[0], null),
            0 => (null, $"Model '{reference.Name}' has no revision '{reference.Revision}'; GET /v1/models/{reference.Name} lists them."),
            _ => (null, $"'{reference.Revision}' is the beginning of {meant.Count} revisions of '{reference.Name}'. Give more of it."),
        };
    }
}
