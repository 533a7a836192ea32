using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>One kind of store.</summary>
internal interface IObjectStore : IDisposable
{
    /// <summary>What an object is now.</summary>
    /// <exception cref="ObjectStorageException">It cannot be read.</exception>
    Task<CorpusVersion> DescribeAsync(ObjectAddress address, CancellationToken ct);

    /// <summary>Opens a range of an object as it was described; of at least one byte.</summary>
    /// <returns>A stream of exactly these bytes; reading throws an <see cref="IOException"/> when they end before.</returns>
    /// <exception cref="ObjectStorageException">It cannot be read, or is not what it was.</exception>
    Task<Stream> OpenAsync(ObjectAddress address, CorpusVersion version, long offset, long length, CancellationToken ct);
}
