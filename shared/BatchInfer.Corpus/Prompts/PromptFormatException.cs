namespace BatchInfer.Corpus;

/// <summary>A prompt's template or one of its examples cannot be used. The message says what is wrong and what to do.</summary>
public sealed class PromptFormatException : Exception
{
    /// <summary>Without a message; prefer one that says what is wrong.</summary>
    public PromptFormatException()
    {
    }

    /// <param name="part">The part that is wrong: <c>template</c> or <c>examples</c>.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public PromptFormatException(string part, string message)
        : base(message) => Part = part;

    /// <param name="message">What is wrong and what to do.</param>
    public PromptFormatException(string message)
        : base(message)
    {
    }

    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">What was thrown.</param>
    public PromptFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The part that is wrong: <c>template</c> or <c>examples</c>.</summary>
    public string Part { get; } = "template";
}
