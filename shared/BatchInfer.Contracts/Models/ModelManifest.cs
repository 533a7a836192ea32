using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Serialization;

namespace BatchInfer.Contracts;

/// <summary>The files of a model, by digest: what a worker on another machine fetches.</summary>
/// <param name="Name">Name of the model's folder.</param>
/// <param name="Digest">SHA-256 over the files' paths, sizes and digests, in lower-case hex.</param>
/// <param name="Files">Its files, by path.</param>
public sealed record ModelManifest(string Name, string Digest, IReadOnlyList<ManifestFile> Files)
{
    /// <summary>Bytes of all files.</summary>
    [JsonIgnore] public long Bytes => Files.Sum(f => f.Size);

    /// <summary>Describes some files.</summary>
    public static ModelManifest Create(string name, IEnumerable<ManifestFile> files)
    {
        ManifestFile[] sorted = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
        return new ModelManifest(name, DigestOf(sorted), sorted);
    }

    /// <summary>What makes the manifest unfit to be followed, or null: it names where files are written.</summary>
    public string? Problem()
    {
        if (!IsSafe(Name) || Name.Contains('/', StringComparison.Ordinal)) return $"'{Name}' cannot be a model's name";
        if (Files.FirstOrDefault(f => !IsSafe(f.Path)) is { } outside) return $"'{outside.Path}' is no path within a folder";
        if (Files.Any(f => f.Size < 0 || f.Sha256.Length != 64 || !f.Sha256.All(char.IsAsciiHexDigitLower))) return "a file has no SHA-256 or no size";
        return DigestOf(Files) == Digest ? null : "its digest is not that of its files";
    }

    private static bool IsSafe(string path) =>
        path.Length > 0 && !path.AsSpan().ContainsAny('\\', ':', '\0') && path.Split('/').All(part => part.Length > 0 && part[0] != '.');

    private static string DigestOf(IEnumerable<ManifestFile> files)
    {
        var text = new StringBuilder();
        foreach (var file in files) text.Append(CultureInfo.InvariantCulture, $"{file.Path}\n{file.Size} {file.Sha256}\n");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text.ToString())));
    }
}

/// <summary>A file of a model.</summary>
/// <param name="Path">Path in the model's folder, with slashes.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Sha256">Digest in lower-case hex; the file is read at <c>/v1/blobs/</c> and this.</param>
public sealed record ManifestFile(string Path, long Size, string Sha256);
