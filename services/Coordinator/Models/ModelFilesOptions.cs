namespace BatchInfer.Coordinator.Models;

/// <summary>Which models this coordinator hands to workers on other machines, and what names stand for; section <c>Models</c>.</summary>
internal sealed class ModelFilesOptions
{
    public const string Section = "Models";

    /// <summary>Folder whose subfolders are models; null hands out none.</summary>
    public string? Folder { get; set; }

    /// <summary>Whether a new revision waits to be promoted.</summary>
    public PromotionPolicy Promotion { get; set; }
}
