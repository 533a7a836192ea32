namespace BatchInfer.Contracts;

/// <summary>A model's file could not be fetched. The message says which, why, and what to do.</summary>
public sealed class DownloadException : Exception
{
    /// <summary>Without a message.</summary>
    public DownloadException() : this("A file could not be downloaded.") { }

    /// <param name="message">Which file, why, what to do.</param>
    public DownloadException(string message) : base(message) { }

    /// <param name="message">Which file, why, what to do.</param>
    /// <param name="innerException">Cause.</param>
    public DownloadException(string message, Exception innerException) : base(message, innerException) { }
}
