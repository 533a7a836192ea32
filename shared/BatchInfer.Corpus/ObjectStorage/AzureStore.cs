using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Blobs of one account of Azure.</summary>
internal sealed class AzureStore(AzureOptions options) : IObjectStore
{
    private readonly Lazy<BlobServiceClient> _service = new(() => AzureClients.Create(options), LazyThreadSafetyMode.PublicationOnly);

    public async Task<CorpusVersion> DescribeAsync(ObjectAddress address, CancellationToken ct)
    {
        try
        {
            var found = (await Blob(address).GetPropertiesAsync(cancellationToken: ct)).Value;
            return new CorpusVersion(found.ContentLength, found.ETag.ToString());
        }
        catch (Exception e) when (Fault(address, e, ct) is { } fault)
        {
            throw fault;
        }
    }

    public async Task<Stream> OpenAsync(ObjectAddress address, CorpusVersion version, long offset, long length, CancellationToken ct)
    {
        try
        {
            var range = await Blob(address).DownloadStreamingAsync(new BlobDownloadOptions
            {
                Range = new HttpRange(offset, length), Conditions = new BlobRequestConditions { IfMatch = version.ETag is { } tag ? new ETag(tag) : null },
            }, ct);
            return new BoundedStream(range.Value.Content, length, address.Uri, range.Value);
        }
        catch (Exception e) when (Fault(address, e, ct) is { } fault)
        {
            throw fault;
        }
    }

    public void Dispose()
    {
        // Azure's clients hold nothing to let go of.
    }

    private BlobClient Blob(ObjectAddress address) => _service.Value.GetBlobContainerClient(address.Container).GetBlobClient(address.Key);

    private static ObjectStorageException? Fault(ObjectAddress address, Exception exception, CancellationToken ct) => exception switch
    {
        ObjectStorageException => null,
        RequestFailedException { Status: 404, ErrorCode: "ContainerNotFound" } =>
            new(ObjectFault.Missing, $"There is no container {address.Container}, which {address.Shown} names.", exception),
        RequestFailedException { Status: 404 } => ObjectStorageException.Missing(address, exception),
        RequestFailedException { Status: 412 } => ObjectStorageException.Changed(address, "it was replaced", exception),
        RequestFailedException { Status: 416 } => ObjectStorageException.Changed(address, "it is shorter", exception),
        RequestFailedException { Status: 401 or 403 } azure => new(ObjectFault.Forbidden,
            $"{address.Shown} may not be read with the credentials in use ({azure.ErrorCode}). They need the role Storage Blob Data Reader, or a key of the account.", exception),
        RequestFailedException { Status: 0 or 408 or 429 or >= 500 } azure => ObjectStorageException.Unavailable(address, FirstLine(azure.Message), exception),
        RequestFailedException azure => new(ObjectFault.Refused, $"{address.Shown} cannot be read: {FirstLine(azure.Message)}", exception),
        AuthenticationFailedException or InvalidOperationException =>
            new(ObjectFault.NotSetUp, $"{address.Shown} cannot be read, as Azure is not set up here: {FirstLine(exception.Message)}", exception),
        AggregateException { InnerException: { } inner } => Fault(address, inner, ct),
        OperationCanceledException when !ct.IsCancellationRequested => ObjectStorageException.Unavailable(address, "the store does not answer.", exception),
        HttpRequestException or IOException or TimeoutException => ObjectStorageException.Unavailable(address, exception.Message, exception),
        _ => null,
    };

    // What follows is the whole answer with its headers.
    private static string FirstLine(string message) => message.AsSpan(0, message.AsSpan().IndexOfAny('\r', '\n') is var end and >= 0 ? end : message.Length).ToString();
}
