namespace BatchInfer.Contracts;

/// <summary>
/// A shard failed for a reason that no other attempt can change, such as a model that cannot be loaded or a corpus that was
/// deleted. Its job fails at once with this message, which is written for the job's user.
/// </summary>
public sealed class PermanentShardException : Exception
{
    /// <summary>Without a message.</summary>
    public PermanentShardException() : this("The shard cannot be predicted.") { }

    /// <param name="message">What is wrong and what to do.</param>
    public PermanentShardException(string message) : base(message) { }

    /// <param name="message">What is wrong and what to do.</param>
    /// <param name="innerException">Cause.</param>
    public PermanentShardException(string message, Exception innerException) : base(message, innerException) { }
}
