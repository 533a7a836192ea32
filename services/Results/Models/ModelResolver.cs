using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.LookUpPredictions;

namespace BatchInfer.Results.Models;

/// <summary>Finds what a lookup's names mean: the revision, the task and the effective parameters, as a job of the same names would.</summary>
internal sealed class ModelResolver(IPredictionStore store)
{
    /// <summary>What parameters that are none are answered with.</summary>
    public static readonly ResolvedModel NoObject = ResolvedModel.Wrong("parameters", "Must be a JSON object, e.g. {\"max_length\":128}.");

    public async Task<ResolvedModel> ResolveAsync(string? model, string? task, JsonObject? parameters, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(model)) return ResolvedModel.Wrong("model", "Name the model that predicted the inputs.");
        var (descriptor, problem) = await FindAsync(model, ct);
        return descriptor is null ? ResolvedModel.Wrong("model", problem!) : Resolve(descriptor, task, parameters);
    }

    /// <summary>What a task and parameters come to at a revision.</summary>
    public static ResolvedModel Resolve(ModelDescriptor model, string? task, JsonObject? parameters)
    {
        task = string.IsNullOrEmpty(task) ? model.DefaultTask : task;
        if (!model.Tasks.ContainsKey(task) || !TaskCatalog.Tasks.ContainsKey(task))
            return ResolvedModel.Wrong("task", $"The model '{model.Name}' does not do '{task}'; it does: {string.Join(", ", model.Tasks.Keys)}.");
        var effective = EffectiveParameters.Of(model, task, InferenceParameters.From(parameters));
        return effective.Parameters is { } all
            ? new ResolvedModel(new PredictionKeyFactory(model.Revision, task, all), new AskedModel(model.Name, model.Revision, task), null, null)
            : ResolvedModel.Wrong($"parameters.{effective.Name}", $"{effective.Name} {effective.Problem}.");
    }

    /// <summary>The revision that <c>NAME</c> or <c>NAME@REVISION</c> means, or a sentence that says why there is none.</summary>
    public async Task<(ModelDescriptor? Model, string? Problem)> FindAsync(string model, CancellationToken ct)
    {
        if (await store.FindModelAsync(model, ct) is { } named) return (named, null);
        var reference = ModelReference.Parse(model);
        var revisions = await store.FindRevisionsAsync(reference.Name, ct);
        if (reference.Revision is null || revisions.Count == 0) return (null, Unknown(model));
        var meant = revisions.Where(r => reference.Matches(r.Revision)).ToList();
        return meant.Count switch
        {
            1 => (meant[0], null),
            0 => (null, $"Model '{reference.Name}' has no revision '{reference.Revision}'. 'batchinfer models revisions {reference.Name}' or GET /v1/models/{reference.Name} lists them."),
            _ => (null, $"'{reference.Revision}' is the beginning of {meant.Count} revisions of '{reference.Name}'. Give more of it."),
        };
    }

    /// <summary>Every revision of a name, or a sentence that says why there is none.</summary>
    public async Task<(IReadOnlyList<ModelDescriptor>? Revisions, string? Problem)> FindAllAsync(string? name, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(name)) return (null, "Name the model.");
        var revisions = await store.FindRevisionsAsync(name, ct);
        return revisions.Count > 0 ? (revisions, null) : (null, Unknown(name));
    }

    /// <summary>Reads parameters as a query carries them.</summary>
    /// <returns>False where they are no JSON object.</returns>
    public static bool TryReadParameters(string? json, out JsonObject? parameters)
    {
        parameters = null;
        if (string.IsNullOrEmpty(json)) return true;
        try
        {
            parameters = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }) as JsonObject;
        }
        catch (JsonException)
        {
            // As any other text that is no object.
        }

        return parameters is not null;
    }

    private static string Unknown(string name) => $"No worker has announced a model '{name}'. 'batchinfer models' or GET /v1/models lists those there are.";
}
