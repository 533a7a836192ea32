namespace BatchInfer.Results.ExportPredictions;

/// <summary>Settings of exports, section <c>Export</c>.</summary>
internal sealed class ExportOptions
{
    public const string Section = "Export";

    /// <summary>Where the coordinator answers, to read the input's own columns there. Absent where it is in this process.</summary>
    public Uri? Coordinator { get; set; }
}
