using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Reads objects that the operator's settings allow, in S3, Azure Blob Storage and on web servers.</summary>
/// <remarks>Thread-safe. A store is only reached, and its credentials only looked for, when an object of it is asked for.</remarks>
public sealed class ObjectStorage : IDisposable
{
    private const long FirstWindow = 1L << 20;

    private readonly AllowedObjects _allowed;
    private readonly S3Store _s3;
    private readonly AzureStore _azure;
    private readonly WebStore _web;
    private readonly TimeProvider _time;

    /// <param name="options">What may be read and how; valid.</param>
    /// <param name="time">Clock of the pauses between tries.</param>
    public ObjectStorage(ObjectStorageOptions options, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(options);
        _time = time;
        _allowed = new AllowedObjects(options);
        (_s3, _azure, _web) = (new S3Store(options.S3), new AzureStore(options.Azure), new WebStore(GuardedHttp.Create(options.AllowPrivateNetworks)));
    }

    /// <summary>What an object is now.</summary>
    /// <exception cref="ObjectStorageException">It may not or cannot be read.</exception>
    public Task<CorpusVersion> DescribeAsync(ObjectAddress address, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(address);
        _allowed.Check(address);
        return StoreOf(address).DescribeAsync(address, cancellationToken);
    }

    /// <summary>Sees that an object is still what it was.</summary>
    /// <exception cref="ObjectStorageException">It is not, or may not or cannot be read.</exception>
    public async Task CheckAsync(ObjectAddress address, CorpusVersion version, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(version);
        // A version of a versioned bucket is what it was for as long as it can be read.
        if (version.VersionId is null && await DescribeAsync(address, cancellationToken) is var now && now != version)
            throw ObjectStorageException.Changed(address, now.Bytes != version.Bytes ? $"it had {version.Bytes} bytes and has {now.Bytes}" : "it was replaced");
    }

    /// <summary>Opens an object as it was described; its stream can be read from anywhere, and asks again where an answer breaks off.</summary>
    /// <returns>A stream whose reads throw an <see cref="ObjectStorageException"/>.</returns>
    /// <exception cref="ObjectStorageException">It may not be read.</exception>
    public Stream OpenRead(ObjectAddress address, CorpusVersion version)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(version);
        _allowed.Check(address);
        return new ObjectStream(StoreOf(address), address, version, 0, version.Bytes, FirstWindow, _time);
    }

    /// <summary>Opens a range of an object as it was described, to be read by one request.</summary>
    /// <returns>A stream whose reads throw an <see cref="ObjectStorageException"/>.</returns>
    /// <exception cref="ObjectStorageException">It may not be read.</exception>
    public Stream OpenRange(ObjectAddress address, CorpusVersion version, long offset, long length)
    {
        ArgumentNullException.ThrowIfNull(address);
        ArgumentNullException.ThrowIfNull(version);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        _allowed.Check(address);
        return new ObjectStream(StoreOf(address), address, version, offset, length, Math.Max(1, length), _time);
    }

    /// <summary>Closes the connections.</summary>
    public void Dispose()
    {
        _s3.Dispose();
        _azure.Dispose();
        _web.Dispose();
    }

    private IObjectStore StoreOf(ObjectAddress address) => address.Scheme switch
    {
        ObjectScheme.S3 => _s3,
        ObjectScheme.Azure => _azure,
        _ => _web,
    };
}
