using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>Brings a model from a hub into a models folder: the files that are needed, whole or not at all.</summary>
public sealed class ModelPull(HubClient hub)
{
    private const long MaxDescriptiveBytes = 256L << 20, MaxBytes = 1L << 38;

    /// <summary>Chooses the files of one variant.</summary>
    /// <param name="model">The repository.</param>
    /// <param name="variant">Empty for <c>model.onnx</c>, else what stands behind the underscore, e.g. <c>quantized</c>.</param>
    /// <exception cref="DownloadException">A file is missing or too large.</exception>
    public static IReadOnlyList<HubFile> Choose(HubModel model, string variant)
    {
        ArgumentNullException.ThrowIfNull(model);
        var graphs = model.Files.Where(f => ModelFiles.VariantOf(f.Path) == variant).ToList();
        // Some repositories have a second copy at the top.
        if (graphs.Any(g => g.Path.StartsWith("onnx/", StringComparison.Ordinal))) graphs.RemoveAll(g => !g.Path.StartsWith("onnx/", StringComparison.Ordinal));
        if (graphs.Count == 0)
        {
            var variants = model.Files.Select(f => ModelFiles.VariantOf(f.Path)).OfType<string>().Distinct().Order(StringComparer.Ordinal).Select(v => v.Length == 0 ? "(none)" : v).ToList();
            throw new DownloadException(variants.Count == 0
                ? $"{model.Id} has no ONNX graph. Export it, e.g. with Optimum, and use 'batchinfer models add'."
                : $"{model.Id} has no such variant; with --variant it has: {string.Join(", ", variants)}.");
        }

        foreach (string needed in (string[])["config.json", "tokenizer.json"])
            if (model.Files.All(f => f.Path != needed)) throw new DownloadException($"{model.Id} has no {needed}, which is needed.");
        List<HubFile> files = [.. model.Files.Where(f => ModelFiles.IsDescriptive(f.Path)), .. graphs];
        if (files.FirstOrDefault(f => ModelFiles.IsDescriptive(f.Path) && f.Size > MaxDescriptiveBytes) is { } large)
            throw new DownloadException($"{large.Path} of {model.Id} has {large.Size} bytes; more than {MaxDescriptiveBytes} are not read.");
        files.ForEach(f => Check(model, f));
        return files;
    }

    /// <summary>Fetches a model. A pull that broke off is gone on with.</summary>
    /// <param name="model">The repository.</param>
    /// <param name="files">What <see cref="Choose"/> chose.</param>
    /// <param name="directory">The model's folder, which must not be there yet; it appears when all is there and can be used.</param>
    /// <param name="onBytes">Told the file and the bytes as they come.</param>
    /// <param name="ct">Ends it; what has come is kept for the next time.</param>
    /// <exception cref="DownloadException">A file cannot be fetched.</exception>
    /// <exception cref="ModelFormatException">The model cannot be used.</exception>
    public async Task<IReadOnlyList<ModelPackage>> FetchAsync(
        HubModel model, IReadOnlyList<HubFile> files, string directory, Action<HubFile, long>? onBytes, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(files);
        directory = Path.GetFullPath(directory);
        // Hidden, so that no worker takes half a model for one; one for each commit, so that two are never mixed.
        string name = Path.GetFileName(directory);
        string staging = Path.Combine(Path.GetDirectoryName(directory)!, $".{name}.{model.Commit}.pull");
        var queue = new Queue<HubFile>(files);
        var taken = new HashSet<string>(files.Select(f => f.Path), StringComparer.Ordinal);
        for (long total = 0; queue.TryDequeue(out var file);)
        {
            total += file.Size;
            if (total > MaxBytes) throw new DownloadException($"{model.Id} has more than {MaxBytes} bytes. Choose a smaller variant with --variant.");
            string path = Path.Combine(staging, file.Path.Replace('/', Path.DirectorySeparatorChar));
            if (!await IsThereAsync(file, path, ct).ConfigureAwait(false)) await hub.FetchAsync(model, file, path, n => onBytes?.Invoke(file, n), ct).ConfigureAwait(false);
            if (ModelFiles.VariantOf(file.Path) is null) continue;
            foreach (string external in OnnxGraphReader.Read(path).ExternalFiles) AddExternal(model, file, external, taken, queue);
        }

        DeleteOthers(staging, taken);
        _ = ModelPackage.Read(name, staging);
        Directory.Move(staging, directory);
        return ModelPackage.Read(name, directory);
    }

    // What an earlier pull of another variant left: half a file of it would be taken for a variant, and a whole one was not asked for.
    private static void DeleteOthers(string staging, HashSet<string> taken)
    {
        foreach (string path in Directory.EnumerateFiles(staging, "*", SearchOption.AllDirectories))
            if (!taken.Contains(Path.GetRelativePath(staging, path).Replace(Path.DirectorySeparatorChar, '/'))) File.Delete(path);
    }

    // The hub's word is not taken for it: what it says of a file bounds what is read, and tells whether it is the right one.
    private static void Check(HubModel model, HubFile file)
    {
        if (file.Size is < 0 or > MaxBytes)
            throw new DownloadException($"The hub gives {file.Path} of {model.Id} no size from 0 to {MaxBytes} bytes; such a file is not fetched.");
        if (file.Digest is { Sha256: null, GitBlob: null })
            throw new DownloadException($"The hub gives no digest for {file.Path} of {model.Id}; a file that cannot be checked is not fetched.");
    }

    private static async Task<bool> IsThereAsync(HubFile file, string path, CancellationToken ct) =>
        File.Exists(path) && new FileInfo(path).Length == file.Size && await file.Digest.MatchesAsync(path, ct).ConfigureAwait(false);

    // The graph names the files of its weights; only those beside it count, as when it is loaded.
    private static void AddExternal(HubModel model, HubFile graph, string location, HashSet<string> taken, Queue<HubFile> queue)
    {
        string folder = graph.Path[..(graph.Path.LastIndexOf('/') + 1)], path = folder + location;
        bool safe = location.Length > 0 && location.Split('/').All(p => p.Length > 0 && p is not ("." or "..")) && !location.Contains('\\', StringComparison.Ordinal);
        if (!safe) throw new DownloadException($"{graph.Path} of {model.Id} keeps weights in \"{location}\", outside its own folder; such a model is not fetched.");
        var file = model.Files.FirstOrDefault(f => f.Path == path)
            ?? throw new DownloadException($"{graph.Path} of {model.Id} keeps its weights in {path}, which the repository does not have.");
        Check(model, file);
        if (taken.Add(path)) queue.Enqueue(file);
    }
}
