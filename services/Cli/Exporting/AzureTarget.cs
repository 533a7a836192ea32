using Azure.Storage;
using Azure.Storage.Blobs.Models;
using BatchInfer.Corpus;

namespace BatchInfer.Cli.Exporting;

/// <summary>A blob in Azure: written in blocks that become the blob at the end. Blocks of an upload that broke off nobody sees, and Azure drops them within a week.</summary>
internal sealed class AzureTarget(ObjectAddress address, AzureOptions options) : IExportTarget
{
    // Blocks of this size in memory, one at a time; a blob has 50,000 at most, so that it may be 800 GB.
    internal const int BlockBytes = 16 * 1024 * 1024;

    public Task WriteAsync(Stream export, CancellationToken ct) =>
        AzureClients.Create(options).GetBlobContainerClient(address.Container).GetBlobClient(address.Key).UploadAsync(
            export, new BlobUploadOptions
            {
                TransferOptions = new StorageTransferOptions { MaximumConcurrency = 1, InitialTransferSize = BlockBytes, MaximumTransferSize = BlockBytes },
            }, ct);
}
