namespace BatchInfer.Inference;

/// <summary>A chat template refuses some messages, or uses what is not supported. The message says which.</summary>
public sealed class ChatTemplateException : Exception
{
    /// <summary>Without a message; prefer one that says what is wrong.</summary>
    public ChatTemplateException()
    {
    }

    /// <param name="message">What is wrong.</param>
    public ChatTemplateException(string message)
        : base(message)
    {
    }

    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What was thrown.</param>
    public ChatTemplateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
