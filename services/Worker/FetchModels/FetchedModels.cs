using BatchInfer.Contracts;
using BatchInfer.Worker.LoadModel;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.FetchModels;

/// <summary>
/// Models that this worker fetched from a coordinator, file by file and checked by digest, into a cache on its own disk. A model
/// that changes there is fetched beside the old one, whose files may be in use.
/// </summary>
internal sealed partial class FetchedModels(IHttpClientFactory clients, IOptions<ModelsOptions> options, ILogger<FetchedModels> logger)
{
    // Long enough for a coordinator that digests a terabyte of models after its start.
    private static readonly TimeSpan ListTimeout = TimeSpan.FromMinutes(10);

    private volatile IReadOnlyList<(string Name, string Directory)> _models = [];

    /// <summary>What is there, whole.</summary>
    public IReadOnlyList<(string Name, string Directory)> Models => _models;

    /// <summary>Fetches what is new at the source. Without one, does nothing.</summary>
    /// <remarks>A model that cannot be fetched is logged and tried again at the next look; what is there is served on.</remarks>
    public async Task RefreshAsync(CancellationToken ct)
    {
        if (options.Value.Source is not { } source) return;
        using var client = clients.CreateClient(nameof(FetchedModels));
        client.BaseAddress = new Uri(source.ToString().TrimEnd('/') + "/");
        client.Timeout = Timeout.InfiniteTimeSpan;
        // Files take as long as they take; a list that does not come must not hold up the look at this worker's own folders.
        using var listing = CancellationTokenSource.CreateLinkedTokenSource(ct);
        listing.CancelAfter(ListTimeout);
        var manifests = await client.GetFromJsonAsync<List<ModelManifest>>("v1/manifests", ApiJson.Options, listing.Token) ?? [];
        string cache = options.Value.CacheFolder ?? DefaultCache();
        var models = new List<(string, string)>();
        long total = 0;
        foreach (var manifest in manifests)
        {
            if (manifest.Problem() is { } problem)
            {
                LogRefused(manifest.Name, problem);
                continue;
            }

            total += manifest.Bytes;
            if (total > options.Value.CacheBytes)
            {
                LogRefused(manifest.Name, "the models have more bytes than Models__CacheBytes allows");
                continue;
            }

            string directory = Path.Combine(cache, manifest.Name, manifest.Digest[..16]);
            try
            {
                if (!Directory.Exists(directory)) await FetchAsync(client, manifest, directory, ct);
            }
            catch (Exception e) when (e is DownloadException or HttpRequestException or IOException or UnauthorizedAccessException)
            {
                // The others are fetched all the same, and this one at the next look.
                LogRefused(manifest.Name, e.Message);
                if (_models.FirstOrDefault(m => m.Name == manifest.Name) is { Name: not null } before) models.Add(before);
                continue;
            }

            models.Add((manifest.Name, directory));
            // Each as soon as it is whole: the first need not wait for the last.
            _models = [.. _models.Where(m => m.Name != manifest.Name), (manifest.Name, directory)];
        }

        _models = models;
        Trim(cache, total);
    }

    private static string DefaultCache() => Path.Combine(
        Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
            ? xdg
            : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache"),
        "batchinfer", "models");

    private async Task FetchAsync(HttpClient client, ModelManifest manifest, string directory, CancellationToken ct)
    {
        LogFetching(manifest.Name, manifest.Files.Count, manifest.Bytes);
        // A name of its own until it is whole; what broke off is gone on with.
        string staging = directory + ".fetch";
        var download = new VerifiedDownload((request, c) => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, c));
        foreach (var file in manifest.Files)
        {
            string path = Path.Combine(staging, file.Path.Replace('/', Path.DirectorySeparatorChar));
            if (!File.Exists(path)) await download.FetchAsync(new Uri(client.BaseAddress!, $"v1/blobs/{file.Sha256}"), path, file.Size, new FileDigest(file.Sha256), null, ct);
        }

        Directory.Move(staging, directory);
    }

    private void Trim(string cache, long served)
    {
        if (!Directory.Exists(cache)) return;
        var kept = _models.Select(m => m.Directory).ToHashSet(StringComparer.Ordinal);
        var old = Directory.EnumerateDirectories(cache).SelectMany(Directory.EnumerateDirectories).Where(d => !kept.Contains(d))
            .OrderByDescending(Directory.GetLastWriteTimeUtc);
        foreach (string directory in old)
        {
            served += new DirectoryInfo(directory).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);
            if (served <= options.Value.CacheBytes) continue;
            Directory.Delete(directory, recursive: true);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Fetches model {Model}: {Files} files, {Bytes} bytes")]
    private partial void LogFetching(string model, int files, long bytes);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Model {Model} is not fetched: {Problem}")]
    private partial void LogRefused(string model, string problem);
}
