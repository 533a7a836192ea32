using System.IO.Compression;
using System.Security.Cryptography;

namespace BatchInfer.Dashboard.Assets;

/// <summary>One file that the page loads.</summary>
internal sealed class EmbeddedAsset
{
    private readonly Lazy<byte[]> _gzip;

    public EmbeddedAsset(string contentType, byte[] content)
    {
        (ContentType, Content, Version) = (contentType, content, Convert.ToHexStringLower(SHA256.HashData(content))[..16]);
        // Packed once, at the first request: a process that serves no page packs nothing.
        _gzip = new Lazy<byte[]>(() =>
        {
            using var packed = new MemoryStream();
            using (var stream = new GZipStream(packed, CompressionLevel.Optimal)) stream.Write(content);
            return packed.ToArray();
        });
    }

    public string ContentType { get; }

    public byte[] Content { get; }

    public byte[] Gzip => _gzip.Value;

    /// <summary>Changes with the content.</summary>
    public string Version { get; }
}
