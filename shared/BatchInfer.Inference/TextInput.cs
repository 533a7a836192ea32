namespace BatchInfer.Inference;

/// <summary>One input of a model.</summary>
/// <param name="Text">The text.</param>
/// <param name="TextPair">The second text of a pair, or null.</param>
public readonly record struct TextInput(string Text, string? TextPair);
