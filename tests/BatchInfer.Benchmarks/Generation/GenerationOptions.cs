using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>How a generation is measured.</summary>
/// <param name="NewTokens">New tokens of a row, at most.</param>
/// <param name="PrefixTokens">Tokens of the beginning that prompts share; 0 leaves that measurement out.</param>
/// <param name="Rounds">Rounds, of which the middle one counts.</param>
/// <param name="PeerPrompts">Prompts that the peer is given; 0 leaves it out.</param>
/// <param name="Inference">How the model is run, by every way.</param>
internal sealed record GenerationOptions(int NewTokens, int PrefixTokens, int Rounds, int PeerPrompts, InferenceOptions Inference);
