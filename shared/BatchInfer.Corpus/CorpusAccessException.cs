namespace BatchInfer.Corpus;

/// <summary>A corpus may not, or can never, be read where it is said to be. Another try cannot help.</summary>
public sealed class CorpusAccessException : Exception
{
    /// <summary>Without a message.</summary>
    public CorpusAccessException() : this("The corpus cannot be read.") { }

    /// <param name="message">What is wrong and what to do.</param>
    public CorpusAccessException(string message) : base(message) { }

    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">Cause.</param>
    public CorpusAccessException(string message, Exception innerException) : base(message, innerException) { }
}
