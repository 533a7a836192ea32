namespace BatchInfer.Corpus;

/// <summary>An object cannot be read; <see cref="Exception.Message"/> is a sentence for its user that names it.</summary>
/// <param name="fault">Why.</param>
/// <param name="message">What is wrong and what to do about it.</param>
/// <param name="innerException">What led to it, or null.</param>
public sealed class ObjectStorageException(ObjectFault fault, string message, Exception? innerException = null) : IOException(message, innerException)
{
    /// <summary>Why.</summary>
    public ObjectFault Fault { get; } = fault;

    /// <summary>Whether it may pass by itself.</summary>
    public bool IsPassing => Fault == ObjectFault.Unavailable;

    internal static ObjectStorageException Missing(ObjectAddress address, Exception? inner = null) =>
        new(ObjectFault.Missing, $"There is no object {address.Shown}. Is its name right, or was it deleted?", inner);

    internal static ObjectStorageException Changed(ObjectAddress address, string how, Exception? inner = null) =>
        new(ObjectFault.Changed, $"The object {address.Shown} is not what it was when the job was planned: {how}. Submit the job again; what is predicted is kept.", inner);

    internal static ObjectStorageException Unavailable(ObjectAddress address, string how, Exception? inner = null) =>
        new(ObjectFault.Unavailable, $"{address.Shown} cannot be read now: {how}", inner);
}
