namespace BatchInfer.Inference;

/// <summary>A model's files cannot be used. The message says which file, what is wrong with it, and what to do.</summary>
public sealed class ModelFormatException : Exception
{
    /// <summary>Without a message; prefer one that names the file.</summary>
    public ModelFormatException()
    {
    }

    /// <param name="message">Which file, what is wrong, what to do.</param>
    public ModelFormatException(string message)
        : base(message)
    {
    }

    /// <param name="message">Which file, what is wrong, what to do.</param>
    /// <param name="innerException">What reading the file threw.</param>
    public ModelFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
