namespace BatchInfer.Standalone;

/// <summary>Another process has the data folder.</summary>
public sealed class DataFolderInUseException : Exception
{
    /// <summary>Without a message.</summary>
    public DataFolderInUseException() : this("The data folder is in use by another process.") { }

    /// <param name="message">A sentence for the user.</param>
    public DataFolderInUseException(string message) : base(message) { }

    /// <param name="message">A sentence for the user.</param>
    /// <param name="innerException">Cause.</param>
    public DataFolderInUseException(string message, Exception innerException) : base(message, innerException) { }
}
