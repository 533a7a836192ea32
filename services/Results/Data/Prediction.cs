namespace BatchInfer.Results.Data;

/// <summary>One prediction under its content address. Never changed once written.</summary>
internal sealed class Prediction
{
    public Guid Key { get; set; }

    public DateTimeOffset CreatedAt { get; set; }

    /// <summary>Model revision, task and parameters: <see cref="Data.Predictor"/>.</summary>
    public int Predictor { get; set; }

    /// <summary>Job that computed it: <see cref="NumberedJob.Number"/>.</summary>
    public int Job { get; set; }

    public int Tokens { get; set; }

    /// <summary>Tokens that the model did not see, since the input was longer than its limit; null, which takes no room, for none.</summary>
    public int? TokensCut { get; set; }

    public required string Input { get; set; }

    public string? InputPair { get; set; }

    /// <summary>Output as JSON, to the letter as the worker wrote it; null when it is an embedding.</summary>
    public string? Output { get; set; }

    public float[]? Embedding { get; set; }
}
