namespace BatchInfer.Inference;

/// <summary>Some consecutive tokens under one label.</summary>
/// <param name="First">First of the tokens.</param>
/// <param name="End">The one after the last.</param>
/// <param name="Label">Number of the label.</param>
/// <param name="Score">Its score.</param>
internal readonly record struct TaggedSpan(int First, int End, int Label, float Score);
