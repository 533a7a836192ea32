using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Objects in S3, and in stores that speak its API.</summary>
internal sealed class S3Store(S3Options options) : IObjectStore
{
    private readonly Lazy<AmazonS3Client> _client = new(() => S3Clients.Create(options), LazyThreadSafetyMode.PublicationOnly);

    public async Task<CorpusVersion> DescribeAsync(ObjectAddress address, CancellationToken ct)
    {
        try
        {
            var found = await _client.Value.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = address.Container, Key = address.Key }, ct);
            // A bucket whose versions were suspended calls its objects' version "null": that one is replaced in place.
            return new CorpusVersion(found.ContentLength, found.ETag, found.VersionId is { Length: > 0 } and not "null" ? found.VersionId : null);
        }
        catch (Exception e) when (Fault(address, e, ct) is { } fault)
        {
            throw fault;
        }
    }

    public async Task<Stream> OpenAsync(ObjectAddress address, CorpusVersion version, long offset, long length, CancellationToken ct)
    {
        var last = checked(offset + length - 1);
        try
        {
            var response = await _client.Value.GetObjectAsync(new GetObjectRequest
            {
                BucketName = address.Container, Key = address.Key, VersionId = version.VersionId, ByteRange = new ByteRange(offset, last),
                EtagToMatch = version.ETag,
            }, ct);
            try
            {
                Compare(address, version, response, offset, last);
                return new BoundedStream(response.ResponseStream, length, address.Uri, response);
            }
            catch
            {
                response.Dispose();
                throw;
            }
        }
        catch (Exception e) when (Fault(address, e, ct) is { } fault)
        {
            throw fault;
        }
    }

    public void Dispose()
    {
        if (_client.IsValueCreated) _client.Value.Dispose();
    }

    /// <summary>Not every store that speaks S3 heeds If-Match and ranges, so what came is looked at.</summary>
    private static void Compare(ObjectAddress address, CorpusVersion version, GetObjectResponse response, long first, long last)
    {
        if (response.HttpStatusCode != HttpStatusCode.PartialContent || response.ContentLength != last - first + 1)
            throw new ObjectStorageException(ObjectFault.NoRanges, $"The store did not answer with bytes {first} to {last} of {address.Shown}. Download the object and upload it here.");
        if (version.ETag is { Length: > 0 } tag && response.ETag != tag) throw ObjectStorageException.Changed(address, "it was replaced");
        if (response.ContentRange?.Split('/') is [_, var total] && long.TryParse(total, out var bytes) && bytes != version.Bytes)
            throw ObjectStorageException.Changed(address, $"it had {version.Bytes} bytes and has {bytes}");
    }

    private static ObjectStorageException? Fault(ObjectAddress address, Exception exception, CancellationToken ct) => exception switch
    {
        ObjectStorageException => null,
        AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: "NoSuchBucket" } =>
            new(ObjectFault.Missing, $"There is no bucket {address.Container}, which {address.Shown} names.", exception),
        AmazonS3Exception { StatusCode: HttpStatusCode.NotFound } => ObjectStorageException.Missing(address, exception),
        AmazonS3Exception { StatusCode: HttpStatusCode.PreconditionFailed } => ObjectStorageException.Changed(address, "it was replaced", exception),
        AmazonS3Exception { StatusCode: HttpStatusCode.RequestedRangeNotSatisfiable } => ObjectStorageException.Changed(address, "it is shorter", exception),
        AmazonS3Exception { StatusCode: HttpStatusCode.MovedPermanently or HttpStatusCode.TemporaryRedirect } => new(ObjectFault.Refused,
            $"{address.Shown} lies in another region than the one set. Set {ObjectStorageOptions.Section}__S3__Region, or AWS_REGION, to the bucket's.", exception),
        AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } s3 => new(ObjectFault.Forbidden,
            $"{address.Shown} may not be read with the credentials in use ({s3.ErrorCode}). They need s3:GetObject on it; without s3:ListBucket, an object that is missing reads like this too.", exception),
        AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests and not HttpStatusCode.RequestTimeout } service =>
            new(ObjectFault.Refused, $"{address.Shown} cannot be read: {service.Message}", exception),
        AmazonServiceException service => ObjectStorageException.Unavailable(address, service.Message, exception),
        AmazonClientException client => new(ObjectFault.NotSetUp,
            $"{address.Shown} cannot be read, as S3 is not set up here: {client.Message} Credentials and region come from where AWS' tools take them, such as AWS_ACCESS_KEY_ID, AWS_PROFILE and AWS_REGION.", exception),
        OperationCanceledException when !ct.IsCancellationRequested => ObjectStorageException.Unavailable(address, "the store does not answer.", exception),
        HttpRequestException or IOException or TimeoutException => ObjectStorageException.Unavailable(address, exception.Message, exception),
        _ => null,
    };
}
