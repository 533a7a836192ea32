using System.Text.Json;

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

    /// <summary>The rows of <see cref="Reference"/>, of which there is always one: a comparison with none would pass.</summary>
    public static List<JsonElement> ReferenceRows(string name)
    {
        List<JsonElement> rows = [.. File.ReadLines(Reference(name)).Select(l => JsonDocument.Parse(l).RootElement)];
        Assert.NotEmpty(rows);
        return rows;
    }

    private static string Find(string relative, Func<string, bool> exists)
    {
        string path = Path.Combine(Repository.AssetsFolder, relative);
        if (!exists(path)) Assert.Skip($"{relative} is not in the assets folder ({Repository.AssetsFolder}); BATCHINFER_ASSETS can name another");
        return path;
    }
}
