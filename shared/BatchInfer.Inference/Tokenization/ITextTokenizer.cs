namespace BatchInfer.Inference;

/// <summary>Turns texts into token ids. Shared by all threads.</summary>
internal interface ITextTokenizer
{
    /// <summary>Highest token id it can give.</summary>
    int MaxTokenId { get; }

    /// <summary>An encoder with buffers of its own, for one thread at a time.</summary>
    ITextEncoder CreateEncoder();
}
