namespace BatchInfer.Tests;

/// <summary>Where things are: the repository this was built from, and the models and corpora that are too large for it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The sample models: small, real, and always there.</summary>
    public static string SampleModels => Path.Combine(Root, "samples", "models");

    public static string SampleSentences => Path.Combine(Root, "samples", "sentences.jsonl");

    /// <summary>The folder that BATCHINFER_ASSETS names, else <c>shared</c> beside the repository: it need not be there.</summary>
    public static string AssetsFolder =>
        Environment.GetEnvironmentVariable("BATCHINFER_ASSETS") is { Length: > 0 } named ? named : Path.GetFullPath(Path.Combine(Root, "..", "shared"));

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "BatchInfer.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("Tests and benchmarks run from a clone of the repository: BatchInfer.sln was not found above them.");
    }
}
