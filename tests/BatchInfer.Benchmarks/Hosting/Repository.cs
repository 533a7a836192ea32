namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Where things are: the repository this was built from, and the models and corpora that are too large for it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string SampleModels => Path.Combine(Root, "samples", "models");

    /// <summary>A path below the folder that BATCHINFER_ASSETS names, else below <c>shared</c> beside the repository.</summary>
    public static string Asset(params string[] parts)
    {
        string root = Environment.GetEnvironmentVariable("BATCHINFER_ASSETS") is { Length: > 0 } named ? named : Path.Combine(Root, "..", "shared");
        string path = Path.Combine([root, .. parts]);
        return Path.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there. Set BATCHINFER_ASSETS to a folder with models/, corpora/ and oracle/.");
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "BatchInfer.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("The benchmarks run from a clone of the repository: BatchInfer.sln was not found above them.");
    }
}
