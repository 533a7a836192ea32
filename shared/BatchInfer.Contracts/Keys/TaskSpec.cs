namespace BatchInfer.Contracts;

/// <summary>What a task takes: its parameters and its texts.</summary>
/// <param name="Parameters">Parameters that it knows; any other is refused by name.</param>
public sealed record TaskSpec(IReadOnlyList<ParameterSpec> Parameters)
{
    /// <summary>Whether it takes pairs.</summary>
    public PairUse Pair { get; init; } = PairUse.None;

    /// <summary>Field of the text when a job names none.</summary>
    public string TextField { get; init; } = "text";

    /// <summary>Field of the second text, where the task needs one and a job names none.</summary>
    public string? TextPairField { get; init; }

    /// <summary>Says what is wrong with effective parameters beside each other, naming the one to change; null when all is well.</summary>
    public Func<InferenceParameters, (string Name, string Problem)?>? Check { get; init; }

    /// <summary>The parameter of this name or alias, or null.</summary>
    public ParameterSpec? Find(string name) => Parameters.FirstOrDefault(p => p.Name == name || p.Alias == name);
}
