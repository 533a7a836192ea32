namespace BatchInfer.DashboardTests;

/// <summary>Where pictures of the page go: BATCHINFER_SCREENSHOTS, else TestResults/screenshots of the repository.</summary>
internal static class Screenshots
{
    public static string Folder { get; } = Directory.CreateDirectory(
        Environment.GetEnvironmentVariable("BATCHINFER_SCREENSHOTS") is { Length: > 0 } named
            ? named : Path.Combine(Repository.Root, "TestResults", "screenshots")).FullName;
}
