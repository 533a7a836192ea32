using System.Diagnostics;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using BatchInfer.Corpus;
using BatchInfer.IntegrationTests.Deployment;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Another maker's S3 API, which heeds <c>If-Match</c>: Python's moto, where the machine has it.</summary>
public sealed class MotoServer : IAsyncLifetime
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);
    private readonly TemporaryFolder _folder = new();
    private readonly Uri _url = new($"http://127.0.0.1:{Loopback.FreePort()}");
    private Process? _process;
    private AmazonS3Client? _s3;

    public async ValueTask InitializeAsync()
    {
        if (Tool.Find("moto_server") is not { } program) return;
        await File.WriteAllTextAsync(_folder["credentials"], "[owner]\naws_access_key_id = owner\naws_secret_access_key = owner\n");
        _process = Process.Start(new ProcessStartInfo(program, ["-H", "127.0.0.1", "-p", $"{_url.Port}"]) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        _s3 = S3Clients.Create(Settings().S3);
        using var timer = new PeriodicTimer(Poll);
        while (!await IsThereAsync())
        {
            if (_process.HasExited) throw new InvalidOperationException($"{program} ended with {_process.ExitCode}.");
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Settings that let everything of it be read; the test is skipped where it is not.</summary>
    public ObjectStorageOptions Options()
    {
        Assert.SkipWhen(_s3 is null, "There is no moto_server here (pip install 'moto[server]'): s3rver alone stands for S3.");
        return Settings();
    }

    public Task PutAsync(string key, byte[] bytes, CancellationToken ct)
    {
        _ = Options();
        return _s3!.PutObjectAsync(new PutObjectRequest { BucketName = ObjectServers.Bucket, Key = key, InputStream = new MemoryStream(bytes), UseChunkEncoding = false }, ct);
    }

    public async ValueTask DisposeAsync()
    {
        _s3?.Dispose();
        if (_process is not null)
        {
            if (!_process.HasExited) _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _folder.Dispose();
    }

    private ObjectStorageOptions Settings() => new()
    {
        Allow = { $"s3://{ObjectServers.Bucket}/" },
        S3 = { ServiceUrl = _url, Profile = "owner", ProfilesFile = _folder["credentials"] },
        AllowPrivateNetworks = true,
        AllowPlainHttp = true,
    };

    // Once it answers it makes the bucket.
    private async Task<bool> IsThereAsync()
    {
        try
        {
            await _s3!.PutBucketAsync(ObjectServers.Bucket);
            return true;
        }
        catch (Exception e) when (e is HttpRequestException or AmazonServiceException or AmazonClientException)
        {
            return false;
        }
    }
}
