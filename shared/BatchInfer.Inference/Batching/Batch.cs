namespace BatchInfer.Inference;

/// <summary>Rows of a window that run together: the places <c>Start..End</c> of its planned order, longest first.</summary>
internal readonly record struct Batch(InferenceCall Call, TokenizedWindow Window, int Start, int End);
