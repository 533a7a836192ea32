namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Files of this repository, and the real models and corpora where they lie beside it.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The sample models: small, real, and always there.</summary>
    public static string SampleModels => Path.Combine(Root, "samples", "models");

    public static string SampleSentences => Path.Combine(Root, "samples", "sentences.jsonl");

    /// <summary>A path below the assets folder; skips the test where there is none.</summary>
    public static string Asset(params string[] path)
    {
        string? assets = Environment.GetEnvironmentVariable("BATCHINFER_ASSETS");
        Assert.SkipWhen(string.IsNullOrEmpty(assets), "BATCHINFER_ASSETS is not set: it names a folder with real models and corpora.");
        return Path.Combine([assets!, .. path]);
    }

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BatchInfer.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("BatchInfer.sln");
        return folder.FullName;
    }
}
