namespace BatchInfer.Corpus;

/// <summary>How Azure Blob Storage is reached.</summary>
public sealed class AzureOptions
{
    /// <summary>
    /// Address of the account, such as <c>https://account.blob.core.windows.net</c>, which is entered by Azure's usual chain: environment,
    /// workload identity, managed identity, Azure CLI. Else <c>AZURE_STORAGE_ACCOUNT</c> names the account.
    /// </summary>
    public Uri? ServiceUri { get; set; }

    /// <summary>File that holds a connection string, such as a mounted secret; else <c>AZURE_STORAGE_CONNECTION_STRING</c>.</summary>
    public string? ConnectionStringFile { get; set; }
}
