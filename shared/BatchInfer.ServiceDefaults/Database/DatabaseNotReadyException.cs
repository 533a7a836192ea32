namespace BatchInfer.ServiceDefaults;

/// <summary>The tables are not there yet: the database has not answered since this process started.</summary>
public sealed class DatabaseNotReadyException : Exception
{
    /// <summary>With the usual sentence.</summary>
    public DatabaseNotReadyException() : this("The database has not answered since this service started.") { }

    /// <param name="message">What is waited for.</param>
    public DatabaseNotReadyException(string message) : base(message) { }

    /// <param name="message">What is waited for.</param>
    /// <param name="innerException">Cause.</param>
    public DatabaseNotReadyException(string message, Exception innerException) : base(message, innerException) { }
}
