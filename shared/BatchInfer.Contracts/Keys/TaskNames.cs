namespace BatchInfer.Contracts;

/// <summary>Names of the tasks that BatchInfer runs, as Hugging Face names them.</summary>
public static class TaskNames
{
    /// <summary>Labels with scores for a text or a pair of texts.</summary>
    public const string TextClassification = "text-classification";

    /// <summary>One embedding vector for a text.</summary>
    public const string FeatureExtraction = "feature-extraction";

    /// <summary>Entities: labelled spans of a text.</summary>
    public const string TokenClassification = "token-classification";

    /// <summary>The likeliest tokens for each mask of a text.</summary>
    public const string FillMask = "fill-mask";

    /// <summary>Scores of labels that the job names, by a model of natural language inference.</summary>
    public const string ZeroShotClassification = "zero-shot-classification";

    /// <summary>How well the second text of a pair answers the first.</summary>
    public const string TextRanking = "text-ranking";

    /// <summary>How near in meaning the two texts of a pair are.</summary>
    public const string SentenceSimilarity = "sentence-similarity";

    /// <summary>The span of a context that answers a question.</summary>
    public const string QuestionAnswering = "question-answering";

    /// <summary>A text for a text, by an encoder–decoder: translations, summaries.</summary>
    public const string Text2TextGeneration = "text2text-generation";

    /// <summary>What comes after a prompt, by a decoder.</summary>
    public const string TextGeneration = "text-generation";

    /// <summary>How likely a text is.</summary>
    public const string TextScoring = "text-scoring";
}
