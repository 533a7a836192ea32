namespace BatchInfer.Corpus;

/// <summary>A corpus as a whole cannot be used; <see cref="Exception.Message"/> is a sentence for its user.</summary>
/// <remarks>A single bad record is never this exception but an error row; see <see cref="CorpusRecord.Error"/>.</remarks>
public sealed class CorpusFormatException : FormatException
{
    /// <param name="code">Stable code; see <see cref="CorpusErrorCodes"/>.</param>
    /// <param name="message">What is wrong and what to do about it.</param>
    /// <param name="innerException">What led to it, or null.</param>
    public CorpusFormatException(string code, string message, Exception? innerException = null)
        : base(message, innerException) => Code = code;

    /// <summary>Stable code; see <see cref="CorpusErrorCodes"/>.</summary>
    public string Code { get; }
}
