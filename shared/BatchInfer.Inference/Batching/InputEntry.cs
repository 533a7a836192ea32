namespace BatchInfer.Inference;

/// <summary>An input of a window: its rows follow one another.</summary>
/// <param name="Index">Index into the call's inputs.</param>
/// <param name="FirstRow">Its first row.</param>
/// <param name="Rows">How many rows it has.</param>
/// <param name="Tokens">Tokens of its rows together.</param>
/// <param name="TokensCut">Tokens of it that are in no row.</param>
internal readonly record struct InputEntry(int Index, int FirstRow, int Rows, int Tokens, int TokensCut);
