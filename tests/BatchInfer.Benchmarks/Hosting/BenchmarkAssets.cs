namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Models, corpora and reference outputs that are too large for the repository.</summary>
internal static class BenchmarkAssets
{
    /// <summary>A path below the assets folder; throws where it is not there.</summary>
    public static string Find(params string[] parts)
    {
        string path = Path.Combine([Repository.AssetsFolder, .. parts]);
        return Path.Exists(path) ? path : throw new FileNotFoundException($"{path} is not there. Set BATCHINFER_ASSETS to a folder with models/, corpora/ and oracle/.");
    }
}
