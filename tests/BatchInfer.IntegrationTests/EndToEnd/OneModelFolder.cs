using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A models folder with a single model in it, so that workers need not digest all the assets.</summary>
internal static class OneModelFolder
{
    /// <summary>A folder that links to one model of the assets.</summary>
    public static string Link(string model)
    {
        string target = Repository.Asset("models", model);
        string folder = Path.Combine(Path.GetTempPath(), $"batchinfer-test-models-{Environment.ProcessId}", model + "-only");
        string link = Path.Combine(folder, model);
        Directory.CreateDirectory(folder);
        if (!Directory.Exists(link)) Directory.CreateSymbolicLink(link, target);
        return folder;
    }
}
