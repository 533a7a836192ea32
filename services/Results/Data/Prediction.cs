namespace BatchInfer.Results.Data;

/// <summary>One prediction under its content address. Never changed once written.</summary>
internal sealed class Prediction
{
    public Guid Key { get; set; }

    public int RevisionId { get; set; }

    public required string Task { get; set; }

    public required string Input { get; set; }

    public string? InputPair { get; set; }

    /// <summary>Output as JSON; null when it is an embedding.</summary>
    public string? Output { get; set; }

    public float[]? Embedding { get; set; }

    public int Tokens { get; set; }

    /// <summary>Job that computed it.</summary>
    public Guid JobId { get; set; }

    public DateTimeOffset CreatedAt { get; set; }
}
