namespace BatchInfer.Inference;

/// <summary>A token recognised in the text itself, before it is cut into words.</summary>
/// <param name="Id">Token id.</param>
/// <param name="Content">Its text.</param>
/// <param name="SingleWord">Whether it is one only with no letters or digits beside it.</param>
/// <param name="StripLeft">Whether it takes the white space before it with it.</param>
/// <param name="StripRight">Whether it takes the white space after it with it.</param>
/// <param name="Normalized">Whether it is looked for in the normalised text rather than in the text as it came.</param>
/// <param name="Special">Whether decoding leaves it out on demand.</param>
internal sealed record AddedToken(int Id, string Content, bool SingleWord, bool StripLeft, bool StripRight, bool Normalized, bool Special);
