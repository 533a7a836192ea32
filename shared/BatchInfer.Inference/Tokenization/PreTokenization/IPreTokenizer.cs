namespace BatchInfer.Inference;

/// <summary>Cuts a text into the words that the model takes one by one. Shared by all threads.</summary>
internal interface IPreTokenizer
{
    /// <summary>Cuts each piece further.</summary>
    void Split(TextPieces pieces);
}
