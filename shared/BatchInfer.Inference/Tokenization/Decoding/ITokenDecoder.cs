namespace BatchInfer.Inference;

/// <summary>One step from tokens back to text. Shared by all threads.</summary>
internal interface ITokenDecoder
{
    /// <summary>Rewrites the tokens in place; the text is what they are one after another in the end.</summary>
    void Decode(List<string> tokens);
}
