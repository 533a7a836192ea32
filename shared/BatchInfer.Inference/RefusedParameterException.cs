namespace BatchInfer.Inference;

/// <summary>
/// A parameter of a task cannot be used with this model, for any input. The message names it and says what to do; what only the
/// model's files say is not known before it is loaded.
/// </summary>
public sealed class RefusedParameterException : ArgumentException
{
    /// <summary>Without a message; prefer one that names the parameter.</summary>
    public RefusedParameterException()
    {
    }

    /// <param name="message">Which parameter, what is wrong, what to do.</param>
    public RefusedParameterException(string message)
        : base(message)
    {
    }

    /// <param name="message">Which parameter, what is wrong, what to do.</param>
    /// <param name="innerException">What using it threw.</param>
    public RefusedParameterException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
