using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Embedded;

/// <summary>The models of a server in this process, which has announced them when it has started.</summary>
internal static class ServedModels
{
    /// <summary>Names of the folders that hold a model.</summary>
    public static IReadOnlyList<string> FoldersIn(string? models) => models is not null && Directory.Exists(models)
        ? [.. Directory.EnumerateDirectories(models).Where(d => File.Exists(Path.Combine(d, "config.json"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>What is served now. The data folder also remembers models and revisions of earlier runs.</summary>
    public static async Task<IReadOnlyList<ModelResource>> ListAsync(BatchInferClient client, CancellationToken ct)
    {
        var served = new List<ModelResource>();
        foreach (var model in (await client.ListModelsAsync(ct)).Data)
        {
            // The latest first: a process that was killed counts as a worker for a while still.
            if (model.Revisions?.FirstOrDefault(r => r.Workers > 0) is { } revision && revision.Revision != model.Revision)
                served.Add(await client.GetModelAsync($"{model.Id}@{revision.Revision}", ct));
            else if (model.Workers > 0) served.Add(model);
        }

        return served;
    }

    /// <summary>How a job names just this revision: who names a folder means the files in it, whatever its name stands for.</summary>
    public static string NameOf(ModelResource model) =>
        model.Revisions?.FirstOrDefault(r => r.Revision == model.Revision) is { Promoted: false } ? $"{model.Id}@{model.Revision}" : model.Id;

    /// <exception cref="CliException">It is not served; the sentence is the one that its folder's reader has for it.</exception>
    public static async Task<ModelResource> FindAsync(BatchInferClient client, ModelArgument model, CancellationToken ct)
    {
        var models = await ListAsync(client, ct);
        return models.FirstOrDefault(m => m.Id == model.Name) ?? throw CliException.BadInput(await WhyAsync(model, models, ct));
    }

    // Only now: of a good folder the server has read the files already, and those of a large model take a while.
    private static async Task<string> WhyAsync(ModelArgument model, IReadOnlyList<ModelResource> served, CancellationToken ct)
    {
        var problems = (await Task.Run(() => ModelPackage.ReadFolder(model.FolderName, model.Folder), ct)).Problems;
        if (served.Count == 0 && problems.Count > 0) return string.Join('\n', problems);
        string which = served.Count > 0 ? $"; these are: {string.Join(", ", served.Select(m => m.Id))}." : ".";
        return string.Join('\n', [$"The model '{model.Name}' could not be served{which}", .. problems]);
    }
}
