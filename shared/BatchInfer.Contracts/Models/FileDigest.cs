using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace BatchInfer.Contracts;

/// <summary>What a file's contents must come to.</summary>
/// <param name="Sha256">SHA-256 in lower-case hex, or null when only the other is known.</param>
/// <param name="GitBlob">Object id that git gives the file (SHA-1 over a header and the contents), or null.</param>
public sealed record FileDigest(string? Sha256, string? GitBlob = null)
{
    /// <summary>Checks a file.</summary>
    public async Task<bool> MatchesAsync(string path, CancellationToken ct)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.SequentialScan);
        if (Sha256 is not null) return Convert.ToHexStringLower(await SHA256.HashDataAsync(file, ct).ConfigureAwait(false)) == Sha256;
        if (GitBlob is null) return true;
        return await GitBlobAsync(file, ct).ConfigureAwait(false) == GitBlob;
    }

    // Git's own name for the contents, which a hub lists for small files; no secret rests on it.
#pragma warning disable CA5350
    private static async Task<string> GitBlobAsync(FileStream file, CancellationToken ct)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA1);
        hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Length}\0")));
        byte[] buffer = new byte[1 << 16];
        for (int read; (read = await file.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;) hash.AppendData(buffer, 0, read);
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
#pragma warning restore CA5350
}
