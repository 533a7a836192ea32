namespace BatchInfer.Results.ExportPredictions;

/// <summary>Names of the columns that an export has beside the input's own.</summary>
internal static class ExportColumns
{
    public const string Output = "output", Embedding = "embedding";

    public static readonly string[] Before = ["ordinal", "custom_id"];

    public static readonly string[] Labels = ["label", "score"];

    public static readonly string[] After = ["tokens_cut", "error_code", "error_message"];

    /// <summary>All of them: no column of the input's is called so.</summary>
    public static readonly IReadOnlySet<string> All = new HashSet<string>([.. Before, .. Labels, Output, Embedding, .. After], StringComparer.Ordinal);
}
