namespace BatchInfer.Corpus;

/// <summary>A corpus as a whole cannot be read: no record of it can be blamed.</summary>
public sealed class CorpusFormatException : Exception
{
    /// <summary>Without a message.</summary>
    public CorpusFormatException() : this("The corpus cannot be read.") { }

    /// <param name="message">What is wrong and what to do.</param>
    public CorpusFormatException(string message) : this("malformed_corpus", message) { }

    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">Cause.</param>
    public CorpusFormatException(string message, Exception innerException) : this("malformed_corpus", message, innerException) { }

    /// <param name="code">Stable code.</param>
    /// <param name="message">What is wrong and what to do.</param>
    public CorpusFormatException(string code, string message) : base(message) => Code = code;

    /// <param name="code">Stable code.</param>
    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">Cause.</param>
    public CorpusFormatException(string code, string message, Exception innerException) : base(message, innerException) => Code = code;

    /// <summary>Stable code, e.g. <c>corrupt_gzip</c>.</summary>
    public string Code { get; }
}
