namespace BatchInfer.Contracts;

/// <summary>
/// A shard failed for a reason that lies in its records, or in how the model takes them. The coordinator tries it again
/// alone, then cuts it up until the record at fault stands alone and becomes an error row.
/// </summary>
public sealed class PoisonedShardException : Exception
{
    /// <summary>Without a message.</summary>
    public PoisonedShardException() : this("The model failed on the shard.") { }

    /// <param name="message">What the model said.</param>
    public PoisonedShardException(string message) : base(message) { }

    /// <param name="message">What the model said.</param>
    /// <param name="innerException">Cause.</param>
    public PoisonedShardException(string message, Exception innerException) : base(message, innerException) { }
}
