namespace BatchInfer.Tests;

/// <summary>
/// Models, corpora and reference outputs that are too large for the repository: the folder that BATCHINFER_ASSETS names, else
/// <c>shared</c> beside the repository. A test that needs what is not there is reported as skipped.
/// </summary>
internal static class Assets
{
    /// <summary>Folder of a model whose graph is there unpacked.</summary>
    public static string Model(string name)
    {
        string path = Find(Path.Combine("models", name), Directory.Exists);
        if (!Directory.EnumerateFiles(path, "*.onnx", SearchOption.AllDirectories).Any()) Assert.Skip($"{path} has no unpacked graph");
        return path;
    }

    /// <summary>A corpus, e.g. <c>sst2/sst2-dev.jsonl.gz</c>.</summary>
    public static string Corpus(string name) => Find(Path.Combine("corpora", name), File.Exists);

    /// <summary>Reference outputs by model and corpus, e.g. <c>small-sentiment-bert-sst2-dev</c>.</summary>
    public static string Reference(string name) => Find(Path.Combine("oracle", "reference", name + ".jsonl"), File.Exists);

    private static string Find(string relative, Func<string, bool> exists)
    {
        string? root = Environment.GetEnvironmentVariable("BATCHINFER_ASSETS");
        if (string.IsNullOrEmpty(root)) root = BesideRepository();
        string path = Path.Combine(root ?? "", relative);
        if (root is null || !exists(path)) Assert.Skip($"{relative} is not in the assets folder ({root ?? "none found"}); BATCHINFER_ASSETS can name another");
        return path;
    }

    private static string? BesideRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "BatchInfer.sln"))) return folder.Parent is { } parent ? Path.Combine(parent.FullName, "shared") : null;
        return null;
    }
}
