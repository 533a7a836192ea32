namespace BatchInfer.Contracts;

/// <summary>Answer of <c>GET /v1/diff</c>: how the stored predictions of two revisions differ over the same inputs.</summary>
/// <param name="Old">The one.</param>
/// <param name="New">The other.</param>
/// <param name="JobId">The job whose inputs were looked at; null for all that the old one predicted.</param>
/// <param name="Inputs">Inputs looked at: those that the old one predicted.</param>
/// <param name="Covered">Those of them that the new one predicted too.</param>
/// <param name="OnlyNew">Of a job's inputs, those that only the new one predicted.</param>
/// <param name="Complete">False where the limit ended it. Without a job the inputs looked at are as good as drawn at random.</param>
/// <param name="Comparison">How the answers differ where both have one.</param>
/// <param name="WorstInputs">The inputs of <see cref="ComparisonReport.Worst"/>, in that order.</param>
public sealed record DiffResource(
    DiffSide Old, DiffSide New, Guid? JobId, long Inputs, long Covered, long OnlyNew, bool Complete,
    ComparisonReport Comparison, IReadOnlyList<DiffInput> WorstInputs)
{
    /// <summary>Share of the old one's inputs that the new one predicted, from 0 to 1.</summary>
    public double Coverage => Inputs == 0 ? 0 : (double)Covered / Inputs;
}

/// <summary>A revision of a diff.</summary>
/// <param name="Model">Name.</param>
/// <param name="Revision">Revision.</param>
/// <param name="SizeBytes">Bytes of its graph and weights.</param>
public sealed record DiffSide(string Model, string Revision, long SizeBytes);

/// <summary>An input: a text, or a pair.</summary>
/// <param name="Input">The text; of a pair the first.</param>
/// <param name="InputPair">The second text of a pair, or null.</param>
public sealed record DiffInput(string Input, string? InputPair);
