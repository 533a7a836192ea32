namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Files of this repository.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The sample models: small, real, and always there.</summary>
    public static string SampleModels => Path.Combine(Root, "samples", "models");

    public static string SampleSentences => Path.Combine(Root, "samples", "sentences.jsonl");

    private static string FindRoot()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder.FullName, "BatchInfer.sln"))) folder = folder.Parent ?? throw new DirectoryNotFoundException("BatchInfer.sln");
        return folder.FullName;
    }
}
