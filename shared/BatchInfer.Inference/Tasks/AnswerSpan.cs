namespace BatchInfer.Inference;

/// <summary>A possible answer: places of a row, both included, and how likely it is.</summary>
internal readonly record struct AnswerSpan(int Start, int End, float Score);
