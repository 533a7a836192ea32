using System.Text.Json;
using BatchInfer.Results.Data;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>What a job's outputs look like, and so which columns they make.</summary>
/// <param name="IsEmbedding">Lists of numbers.</param>
/// <param name="IsLabelled">Labels with scores: the best one gets columns of its own.</param>
internal readonly record struct OutputShape(bool IsEmbedding, bool IsLabelled)
{
    public static OutputShape Of(StoredOutput output) => new(output.Embedding is not null, TryBest(output, out _, out _));

    /// <summary>The best of an output's labels.</summary>
    public static bool TryBest(StoredOutput output, out string? label, out double score)
    {
        (label, score) = (null, 0);
        if (output.Json is not { } json) return false;
        using var document = JsonDocument.Parse(json);
        if (document.RootElement.ValueKind != JsonValueKind.Array) return false;
        foreach (var entry in document.RootElement.EnumerateArray())
        {
            if (entry.ValueKind != JsonValueKind.Object
                || !entry.TryGetProperty("label", out var name) || name.ValueKind != JsonValueKind.String
                || !entry.TryGetProperty("score", out var value) || value.ValueKind != JsonValueKind.Number)
                return false;
            if (label is null || value.GetDouble() > score) (label, score) = (name.GetString(), value.GetDouble());
        }

        return label is not null;
    }
}
