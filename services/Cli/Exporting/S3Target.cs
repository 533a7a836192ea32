using Amazon.S3;
using Amazon.S3.Model;
using BatchInfer.Corpus;

namespace BatchInfer.Cli.Exporting;

/// <summary>
/// An object in S3, or in a store that speaks its API: small ones at once, others by multipart upload, which is aborted when it does not
/// come to its end.
/// </summary>
internal sealed class S3Target(ObjectAddress address, CliEnvironment env, S3Options options) : IExportTarget
{
    // One part is in memory; 10,000 of these are 156 GB, the largest object that so many parts make.
    internal const int PartBytes = 16 * 1024 * 1024;

    // The command's own token has ended when there is something to abort.
    private static readonly TimeSpan AbortTimeout = TimeSpan.FromSeconds(30);

    public async Task WriteAsync(Stream export, CancellationToken ct)
    {
        using var s3 = S3Clients.Create(options);
        byte[] part = new byte[PartBytes];
        int length = await export.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, ct);
        if (length < part.Length)
        {
            using var whole = new MemoryStream(part, 0, length, writable: false);
            // Chunks are framed in the body, and stores of other makers keep the frames.
            await s3.PutObjectAsync(new PutObjectRequest { BucketName = address.Container, Key = address.Key, InputStream = whole, UseChunkEncoding = false, AutoCloseStream = false }, ct);
            return;
        }

        var upload = await s3.InitiateMultipartUploadAsync(new InitiateMultipartUploadRequest { BucketName = address.Container, Key = address.Key }, ct);
        try
        {
            var parts = new List<PartETag>();
            for (; length > 0; length = await export.ReadAtLeastAsync(part, part.Length, throwOnEndOfStream: false, ct))
                parts.Add(await UploadAsync(s3, upload.UploadId, parts.Count + 1, part.AsMemory(0, length), ct));
            await s3.CompleteMultipartUploadAsync(new CompleteMultipartUploadRequest { BucketName = address.Container, Key = address.Key, UploadId = upload.UploadId, PartETags = parts }, ct);
        }
        catch
        {
            await AbortAsync(s3, upload.UploadId);
            throw;
        }
    }

    private async Task<PartETag> UploadAsync(AmazonS3Client s3, string upload, int number, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        using var content = new MemoryStream(bytes.ToArray(), writable: false);
        var sent = await s3.UploadPartAsync(new UploadPartRequest
        {
            BucketName = address.Container, Key = address.Key, UploadId = upload, PartNumber = number, InputStream = content, PartSize = bytes.Length, UseChunkEncoding = false,
        }, ct);
        return new PartETag(number, sent.ETag);
    }

    private async Task AbortAsync(AmazonS3Client s3, string upload)
    {
        using var timeout = new CancellationTokenSource(AbortTimeout);
        try
        {
            await s3.AbortMultipartUploadAsync(new AbortMultipartUploadRequest { BucketName = address.Container, Key = address.Key, UploadId = upload }, timeout.Token);
        }
        catch (Exception e)
        {
            // What broke the upload is what the user must hear of; this comes beside it.
            env.Say($"The parts of the upload {upload} to {address.Shown} could not be removed ({e.Message}). Abort it, or let a lifecycle rule of the bucket do so.");
        }
    }
}
