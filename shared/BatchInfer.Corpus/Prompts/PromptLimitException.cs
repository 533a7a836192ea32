namespace BatchInfer.Corpus;

/// <summary>A template makes more of a record than a prompt may take.</summary>
internal sealed class PromptLimitException : Exception
{
    public PromptLimitException()
    {
    }

    public PromptLimitException(string message)
        : base(message)
    {
    }

    public PromptLimitException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
