using System.Security.Cryptography;
using System.Text;

namespace BatchInfer.Inference;

/// <summary>
/// The revision of a model: a SHA-256 over the digests of the files that decide its outputs, each under its role, so that
/// renaming a folder or a graph keeps the revision and any changed byte makes a new one.
/// </summary>
internal sealed class ModelRevision(string directory)
{
    private static readonly string[] SharedFiles =
        ["config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "1_Pooling/config.json", "generation_config.json", "tokenizer_target.json",
            "chat_template.jinja"];

    private string? _shared;

    /// <param name="graphPath">The graph.</param>
    /// <param name="dataFiles">Role and path of each file with weights outside the graph.</param>
    public string Compute(string graphPath, IEnumerable<(string Role, string Path)> dataFiles)
    {
        var text = new StringBuilder("batchinfer-model/1\n").Append(_shared ??= DescribeShared());
        Describe(text, "graph", graphPath);
        foreach (var (role, path) in dataFiles) Describe(text, "data:" + role, path);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }

    private string DescribeShared()
    {
        var text = new StringBuilder();
        foreach (string name in SharedFiles)
        {
            string path = Path.Combine(directory, name);
            if (File.Exists(path)) Describe(text, name, path);
        }

        return text.ToString();
    }

    private static void Describe(StringBuilder text, string role, string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, FileOptions.SequentialScan);
        text.Append(role).Append(' ').Append(Convert.ToHexStringLower(SHA256.HashData(file))).Append('\n');
    }
}
