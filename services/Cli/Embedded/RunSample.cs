using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>One record of a run with its text, where the store has one.</summary>
internal sealed record RunSample(PredictionLine Line, string? Input);
