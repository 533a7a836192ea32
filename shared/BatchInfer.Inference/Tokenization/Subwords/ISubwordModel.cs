namespace BatchInfer.Inference;

/// <summary>The algorithm that cuts a word into tokens, with its vocabulary. Shared by all threads.</summary>
internal interface ISubwordModel
{
    TokenVocabulary Vocabulary { get; }

    /// <summary>Something that cuts words, with memory of its own, for one thread at a time.</summary>
    ISubwordSplitter CreateSplitter();
}
