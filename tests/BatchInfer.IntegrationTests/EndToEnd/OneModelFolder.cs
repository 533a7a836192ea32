namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>A models folder with a single model in it, so that workers need not digest all the assets.</summary>
internal static class OneModelFolder
{
    /// <summary>The path of a folder in <paramref name="temporary"/> that links to one model of the assets.</summary>
    public static string Link(TemporaryFolder temporary, string model)
    {
        string target = Assets.Model(model);
        Directory.CreateDirectory(temporary["models"]);
        Directory.CreateSymbolicLink(Path.Combine(temporary["models"], model), target);
        return temporary["models"];
    }
}
