using Azure.Identity;
using Azure.Storage.Blobs;

namespace BatchInfer.Corpus;

/// <summary>Makes clients of Azure Blob Storage.</summary>
public static class AzureClients
{
    /// <summary>A client of the account that the settings or Azure's own variables name.</summary>
    /// <param name="options">Account, or where its connection string is.</param>
    /// <exception cref="InvalidOperationException">No account is named, or its connection string is none.</exception>
    public static BlobServiceClient Create(AzureOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            if (options.ConnectionStringFile is { } file) return new BlobServiceClient(File.ReadAllText(file).Trim());
            if (options.ServiceUri is { } service) return new BlobServiceClient(service, new DefaultAzureCredential());
            if (Variable("AZURE_STORAGE_CONNECTION_STRING") is { } connection) return new BlobServiceClient(connection);
            if (Variable("AZURE_STORAGE_ACCOUNT") is { } account)
                return new BlobServiceClient(new Uri($"https://{account}.blob.core.windows.net"), new DefaultAzureCredential());
        }
        catch (Exception e) when (e is FormatException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"Azure's connection string cannot be used: {e.Message}", e);
        }

        throw new InvalidOperationException(
            $"No account of Azure is named. Set {ObjectStorageOptions.Section}__Azure__ServiceUri, AZURE_STORAGE_ACCOUNT or AZURE_STORAGE_CONNECTION_STRING.");
    }

    private static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
