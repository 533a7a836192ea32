using System.ComponentModel.DataAnnotations;

namespace BatchInfer.Worker.LoadModel;

/// <summary>Which models a worker serves, section <c>Models</c>.</summary>
internal sealed class ModelsOptions
{
    public const string Section = "Models";

    /// <summary>Folder whose subfolders are models in Hugging Face layout.</summary>
    public string? Folder { get; set; }

    /// <summary>Single models by name: folders anywhere.</summary>
    public Dictionary<string, string> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>Address of a coordinator whose models are fetched and served; no shared disk is needed then.</summary>
    public Uri? Source { get; set; }

    /// <summary>Folder of fetched models; null takes the user's cache folder.</summary>
    public string? CacheFolder { get; set; }

    /// <summary>Bytes of fetched models at most; what is no longer served makes room.</summary>
    [Range(0, long.MaxValue)] public long CacheBytes { get; set; } = 64L << 30;

    /// <summary>Seconds between looks for models that came, changed or went.</summary>
    [Range(1, 86_400)] public int RescanSeconds { get; set; } = 5;

    /// <summary>Bytes of loaded models at most; the one unused for longest makes room. 0 takes half of the memory there is.</summary>
    [Range(0, long.MaxValue)] public long MemoryBytes { get; set; }

    internal long EffectiveMemoryBytes => MemoryBytes > 0 ? MemoryBytes : GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / 2;
}
