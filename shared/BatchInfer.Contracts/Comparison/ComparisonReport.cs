using System.Text.Json;

namespace BatchInfer.Contracts;

/// <summary>How the predictions of two models, or two jobs, over the same records differ.</summary>
/// <param name="Records">Records compared.</param>
/// <param name="Failed">Records that at least one of them failed; they are not compared.</param>
/// <param name="Equal">Records with the same answer: the same best label, the same written texts, or the same output where there are neither. Of embeddings, those equal number by number.</param>
/// <param name="LabelFlips">Records whose best label differs; null where there are no labels.</param>
/// <param name="MeanScoreDifference">Mean over the records of their largest difference of a score; null where there are no scores.</param>
/// <param name="MaxScoreDifference">The largest of these.</param>
/// <param name="MeanCosine">Mean cosine between embeddings; null where there are none.</param>
/// <param name="MinCosine">The smallest cosine.</param>
/// <param name="Worst">Records that differ most, the worst first.</param>
public sealed record ComparisonReport(
    long Records, long Failed, long Equal, long? LabelFlips, double? MeanScoreDifference, double? MaxScoreDifference,
    double? MeanCosine, double? MinCosine, IReadOnlyList<ComparedRecord> Worst)
{
    /// <summary>Share of equal answers, from 0 to 1.</summary>
    public double Agreement => Records == 0 ? 1 : (double)Equal / Records;

    /// <summary>Mean distance between written texts, equal ones included: edits of characters as a share of the longer text, from 0 to 1; of long texts their first 2,000 characters. Null where none are written.</summary>
    public double? MeanTextDistance { get; init; }

    /// <summary>Mean over the records of how far their mean log-probabilities a token are apart; null where there are none.</summary>
    public double? MeanLogprobDifference { get; init; }

    /// <summary>The largest of these.</summary>
    public double? MaxLogprobDifference { get; init; }
}

/// <summary>A record that two models answer differently.</summary>
/// <param name="Ordinal">Ordinal in the corpus.</param>
/// <param name="CustomId">Its id.</param>
/// <param name="Drift">How far apart the outputs are: a difference of scores (1 more where the label flipped) or of mean log-probabilities, the distance of texts, or 1 − cosine.</param>
/// <param name="First">Output of the first.</param>
/// <param name="Second">Output of the second.</param>
public sealed record ComparedRecord(long Ordinal, string CustomId, double Drift, JsonElement First, JsonElement Second);
