using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Amazon.S3;
using Amazon.S3.Model;
using Azure.Storage.Blobs;
using BatchInfer.Corpus;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>An S3 API, Azure's emulator and a web server over TLS, each on a free port with a bucket, container or folder <c>corpora</c>.</summary>
public sealed class ObjectServers : IAsyncLifetime
{
    public const string Bucket = "corpora";

    private readonly TemporaryFolder _folder = new();
    private readonly Dictionary<string, byte[]> _pages = new(StringComparer.Ordinal);
    private readonly string _azureKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(64));
    private NodeServer? _s3Server;
    private NodeServer? _azureServer;
    private WebApplication? _web;
    private AmazonS3Client? _s3;

    public Uri S3Url { get; private set; } = null!;

    public Uri WebUrl { get; private set; } = null!;

    /// <summary>Where Azure's tools would take the account from.</summary>
    public string AzureConnection { get; private set; } = null!;

    internal AmazonS3Client S3 => _s3!;

    /// <summary>Settings and variables of a process that is to read and write here.</summary>
    public Dictionary<string, string> Environment => new()
    {
        ["AWS_ENDPOINT_URL_S3"] = S3Url.ToString(),
        ["AWS_SHARED_CREDENTIALS_FILE"] = _folder["credentials"],
        ["AWS_PROFILE"] = "owner",
        ["AZURE_STORAGE_CONNECTION_STRING"] = AzureConnection,
        ["SSL_CERT_FILE"] = _folder["certificate.pem"],
    };

    public async ValueTask InitializeAsync()
    {
        var ct = TestContext.Current.CancellationToken;
        string commands = await NodeServers.InstallAsync(ct);
        // s3rver's own user, and one that it does not know.
        await File.WriteAllTextAsync(_folder["credentials"], """
            [owner]
            aws_access_key_id = S3RVER
            aws_secret_access_key = S3RVER
            [stranger]
            aws_access_key_id = STRANGER
            aws_secret_access_key = STRANGER
            """, ct);
        (int s3, int azure) = (Loopback.FreePort(), Loopback.FreePort());
        S3Url = new Uri($"http://127.0.0.1:{s3}");
        _s3Server = await NodeServer.StartAsync(Path.Combine(commands, "s3rver"),
            ["-d", Directory.CreateDirectory(_folder["s3"]).FullName, "-a", "127.0.0.1", "-p", $"{s3}", "--configure-bucket", Bucket], new Dictionary<string, string>(), ct);
        AzureConnection = $"DefaultEndpointsProtocol=http;AccountName=tests;AccountKey={_azureKey};BlobEndpoint=http://127.0.0.1:{azure}/tests;";
        await File.WriteAllTextAsync(_folder["azure-connection"], AzureConnection, ct);
        _azureServer = await NodeServer.StartAsync(Path.Combine(commands, "azurite-blob"),
            ["--blobHost", "127.0.0.1", "--blobPort", $"{azure}", "--location", Directory.CreateDirectory(_folder["azure"]).FullName, "--skipApiVersionCheck", "--disableProductStyleUrl", "--disableTelemetry"],
            new Dictionary<string, string> { ["AZURITE_ACCOUNTS"] = $"tests:{_azureKey}" }, ct);
        _s3 = S3Clients.Create(Options().S3);
        await new BlobServiceClient(AzureConnection).CreateBlobContainerAsync(Bucket, cancellationToken: ct);
        await StartWebAsync(ct);
    }

    /// <summary>Settings that let everything of these servers be read.</summary>
    public ObjectStorageOptions Options(string profile = "owner") => new()
    {
        Allow = { $"s3://{Bucket}/", $"az://{Bucket}/", $"{WebUrl}" },
        S3 = { ServiceUrl = S3Url, Profile = profile, ProfilesFile = _folder["credentials"] },
        Azure = { ConnectionStringFile = _folder["azure-connection"] },
        AllowPrivateNetworks = true,
        AllowPlainHttp = true,
    };

    public Task PutS3Async(string key, byte[] bytes, CancellationToken ct) => S3.PutObjectAsync(
        new PutObjectRequest { BucketName = Bucket, Key = key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false }, ct);

    public async Task<byte[]> GetS3Async(string key, CancellationToken ct)
    {
        using var found = await S3.GetObjectAsync(Bucket, key, ct);
        using var bytes = new MemoryStream();
        await found.ResponseStream.CopyToAsync(bytes, ct);
        return bytes.ToArray();
    }

    public Task PutAzureAsync(string key, byte[] bytes, CancellationToken ct) => Blob(key).UploadAsync(BinaryData.FromBytes(bytes), overwrite: true, ct);

    public async Task<byte[]> GetAzureAsync(string key, CancellationToken ct) => (await Blob(key).DownloadContentAsync(ct)).Value.Content.ToArray();

    public void PutWeb(string key, byte[] bytes)
    {
        lock (_pages) _pages[key] = bytes;
    }

    public async ValueTask DisposeAsync()
    {
        _s3?.Dispose();
        if (_web is not null) await _web.DisposeAsync();
        if (_s3Server is not null) await _s3Server.DisposeAsync();
        if (_azureServer is not null) await _azureServer.DisposeAsync();
        _folder.Dispose();
    }

    private BlobClient Blob(string key) => new BlobServiceClient(AzureConnection).GetBlobContainerClient(Bucket).GetBlobClient(key);

    private async Task StartWebAsync(CancellationToken ct)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=tests", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllTextAsync(_folder["certificate.pem"], certificate.ExportCertificatePem(), ct);

        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        // Https for processes that are told to trust it, http for the tests' own.
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(certificate));
            kestrel.Listen(IPAddress.Loopback, 0);
        });
        _web = builder.Build();
        _web.MapGet("/corpora/{**key}", (string key) =>
        {
            byte[]? bytes;
            lock (_pages) _pages.TryGetValue(key, out bytes);
            return bytes is null
                ? Microsoft.AspNetCore.Http.Results.NotFound()
                : Microsoft.AspNetCore.Http.Results.Bytes(bytes, enableRangeProcessing: true, entityTag: new Microsoft.Net.Http.Headers.EntityTagHeaderValue($"\"{Convert.ToHexString(SHA256.HashData(bytes))}\""));
        });
        await _web.StartAsync(ct);
        SecureUrl = new Uri(_web.Urls.Single(u => u.StartsWith("https:", StringComparison.Ordinal)) + "/corpora/");
        WebUrl = new Uri(_web.Urls.Single(u => u.StartsWith("http:", StringComparison.Ordinal)) + "/corpora/");
    }

    /// <summary>The same by TLS.</summary>
    public Uri SecureUrl { get; private set; } = null!;
}
