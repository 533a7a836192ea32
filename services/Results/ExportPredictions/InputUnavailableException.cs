namespace BatchInfer.Results.ExportPredictions;

/// <summary>The input's own columns cannot be read; the message is for the user.</summary>
public sealed class InputUnavailableException : Exception
{
    public InputUnavailableException()
        : this("The input's columns cannot be read.")
    {
    }

    public InputUnavailableException(string message)
        : base(message)
    {
    }

    public InputUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
