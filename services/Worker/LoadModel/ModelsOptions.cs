namespace BatchInfer.Worker.LoadModel;

/// <summary>Which models a worker serves, section <c>Models</c>.</summary>
internal sealed class ModelsOptions
{
    public const string Section = "Models";

    /// <summary>Folder whose subfolders are models in Hugging Face layout.</summary>
    public string? Folder { get; set; }

    /// <summary>Single models by name: folders anywhere.</summary>
    public Dictionary<string, string> Named { get; } = new(StringComparer.Ordinal);
}
