namespace BatchInfer.Inference;

/// <summary>A token recognised in the text itself, before it is cut into words.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Whether it is one only with no letters or digits beside it.</param>
/// <param name="Normalized">Whether it is looked for in the normalised text rather than in the text as it came.</param>
internal readonly record struct AddedToken(int Id, string Content, bool SingleWord, bool Normalized);
