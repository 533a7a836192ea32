using System.Text.Json.Nodes;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Models that a test changes are copies.</summary>
internal static class ModelFolderCopy
{
    public static void Copy(string from, string to)
    {
        foreach (string path in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            string target = Path.Combine(to, Path.GetRelativePath(from, path));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(path, target);
        }
    }

    /// <summary>Makes another revision of it, whose answers are the same.</summary>
    /// <returns>What its config was.</returns>
    public static async Task<string> ChangeAsync(string folder, CancellationToken ct)
    {
        string path = Path.Combine(folder, "config.json"), before = await File.ReadAllTextAsync(path, ct);
        var config = JsonNode.Parse(before)!;
        config["note"] = "fine-tuned";
        await File.WriteAllTextAsync(path, config.ToJsonString(), ct);
        return before;
    }
}
