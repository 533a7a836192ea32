using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Data;

/// <summary>A stored corpus. Its id is a digest of its bytes, so uploading it again stores nothing.</summary>
internal sealed class CorpusFile
{
    public required string Id { get; init; }
    public required string Filename { get; init; }
    public long Bytes { get; init; }
    public RecordFormat Format { get; init; }
    public required string Sha256 { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    public FileResource ToResource() => new(Id, Filename, Bytes, Format, Sha256, CreatedAt);
}
