namespace BatchInfer.Inference;

/// <summary>A token of a tagged text.</summary>
/// <param name="Row">Its row.</param>
/// <param name="Place">Its place in the row.</param>
/// <param name="Index">Its place in the whole text's tokens, special ones before it included.</param>
/// <param name="Id">Its id.</param>
/// <param name="Start">Its first UTF-16 character.</param>
/// <param name="End">The character after its last one.</param>
/// <param name="IsSubword">Whether it goes on with the word of the token before it.</param>
internal readonly record struct TaggedToken(int Row, int Place, int Index, int Id, int Start, int End, bool IsSubword);
