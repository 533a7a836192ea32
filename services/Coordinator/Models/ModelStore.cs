using System.Collections.Concurrent;
using System.Security.Cryptography;
using BatchInfer.Contracts;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Models;

/// <summary>The models folder as manifests and files by digest. Looked at anew at each question, so that what is added there is noticed.</summary>
internal sealed class ModelStore(IOptions<ModelFilesOptions> options) : IDisposable
{
    // A digest holds as long as the file has the same length and time.
    private readonly ConcurrentDictionary<string, (long Size, DateTime Written, string Sha256)> _digests = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, string> _paths = new(StringComparer.Ordinal);

    // One looks at a time: after a start every worker asks at once, and each would digest every file.
    private readonly SemaphoreSlim _looking = new(1, 1);

    /// <summary>Every model in the folder.</summary>
    public async Task<IReadOnlyList<ModelManifest>> ListAsync(CancellationToken ct)
    {
        await _looking.WaitAsync(ct);
        try
        {
            return await LookAsync(ct);
        }
        finally
        {
            _looking.Release();
        }
    }

    public void Dispose() => _looking.Dispose();

    private async Task<IReadOnlyList<ModelManifest>> LookAsync(CancellationToken ct)
    {
        var manifests = new List<ModelManifest>();
        if (options.Value.Folder is { } root && Directory.Exists(root))
            foreach (string directory in Directory.EnumerateDirectories(root).Order(StringComparer.Ordinal))
                if (await FindAsync(Path.GetFileName(directory), ct) is { } manifest) manifests.Add(manifest);
        return manifests;
    }

    /// <summary>One model, or null.</summary>
    public async Task<ModelManifest?> FindAsync(string name, CancellationToken ct)
    {
        if (options.Value.Folder is not { } root || name.Length == 0 || name[0] == '.' || name.AsSpan().ContainsAny('/', '\\', ':')) return null;
        string directory = Path.Combine(Path.GetFullPath(root), name);
        if (!File.Exists(Path.Combine(directory, "config.json"))) return null;
        var files = new List<ManifestFile>();
        foreach (string path in Directory.EnumerateFiles(directory, "*", SearchOption.AllDirectories))
        {
            string relative = Path.GetRelativePath(directory, path).Replace('\\', '/');
            if (!ModelFiles.IsServed(relative)) continue;
            var (size, sha256) = await DigestAsync(path, ct);
            files.Add(new ManifestFile(relative, size, sha256));
        }

        return ModelManifest.Create(name, files);
    }

    /// <summary>Path of a file that some manifest named, or null.</summary>
    public string? FindBlob(string sha256) => _paths.TryGetValue(sha256, out string? path) && File.Exists(path) ? path : null;

    private async Task<(long Size, string Sha256)> DigestAsync(string path, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        var (size, written) = (file.Length, File.GetLastWriteTimeUtc(file.SafeFileHandle));
        if (!_digests.TryGetValue(path, out var known) || (known.Size, known.Written) != (size, written))
        {
            string sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct));
            _digests[path] = known = (size, written, sha256);
        }

        _paths[known.Sha256] = path;
        return (size, known.Sha256);
    }
}
