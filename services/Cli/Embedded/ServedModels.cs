using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>The models of a server that has just started: its worker reads their files before it announces them.</summary>
internal static class ServedModels
{
    // Reading a model's files takes a second or two for a gigabyte; a model not there after this long will not come.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan PatienceForAll = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    /// <summary>Names of the folders that hold a model.</summary>
    public static IReadOnlyList<string> FoldersIn(string? models) => models is not null && Directory.Exists(models)
        ? [.. Directory.EnumerateDirectories(models).Where(d => File.Exists(Path.Combine(d, "config.json"))).Select(d => Path.GetFileName(d)!).Order(StringComparer.Ordinal)]
        : [];

    public static async Task<ModelResource> WaitForAsync(BatchInferClient client, string name, TimeProvider time, CancellationToken ct)
    {
        var models = await WaitAsync(client, found => found.Any(m => m.Id == name), Patience, time, ct);
        return models.FirstOrDefault(m => m.Id == name) ?? throw CliException.BadInput(
            $"The model '{name}' could not be served"
            + (models.Count > 0 ? $"; these are: {string.Join(", ", models.Select(m => m.Id))}." : ": its folder may lack tokenizer.json or an ONNX graph."));
    }

    public static Task<IReadOnlyList<ModelResource>> WaitForAllAsync(BatchInferClient client, int count, TimeProvider time, CancellationToken ct) =>
        WaitAsync(client, found => found.Count >= count, PatienceForAll, time, ct);

    private static async Task<IReadOnlyList<ModelResource>> WaitAsync(
        BatchInferClient client, Func<IReadOnlyList<ModelResource>, bool> enough, TimeSpan patience, TimeProvider time, CancellationToken ct)
    {
        long start = time.GetTimestamp();
        while (true)
        {
            var models = (await client.ListModelsAsync(ct)).Data;
            if (enough(models) || time.GetElapsedTime(start) > patience) return models;
            await Task.Delay(Pause, time, ct);
        }
    }
}
