namespace BatchInfer.Standalone;

/// <summary>The data folder cannot be used: another process has it, or it cannot be written. The message says which.</summary>
public sealed class DataFolderException : Exception
{
    /// <summary>Without a message.</summary>
    public DataFolderException() : this("The data folder cannot be used.") { }

    /// <param name="message">A sentence for the user.</param>
    public DataFolderException(string message) : base(message) { }

    /// <param name="message">A sentence for the user.</param>
    /// <param name="innerException">Cause.</param>
    public DataFolderException(string message, Exception innerException) : base(message, innerException) { }
}
