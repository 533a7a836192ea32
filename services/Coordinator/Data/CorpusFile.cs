using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.Coordinator.Data;

/// <summary>
/// A corpus: stored here, under a digest of its bytes, so that uploading it again stores nothing; or an object elsewhere, under a digest
/// of its address and of what it was.
/// </summary>
internal sealed class CorpusFile
{
    public required string Id { get; init; }
    public required string Filename { get; init; }
    public long Bytes { get; init; }
    public RecordFormat Format { get; init; }

    /// <summary>Digest of the stored bytes; empty of an object.</summary>
    public required string Sha256 { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Address of an object; null of what is stored here.</summary>
    public string? Url { get; init; }

    /// <summary>What the object was, as JSON.</summary>
    public string? Version { get; init; }

    public FileResource ToResource() =>
        new(Id, Filename, Bytes, Format, Url is null ? Sha256 : null, CreatedAt, Url is null ? null : ObjectAddress.Parse(Url).Shown);
}
