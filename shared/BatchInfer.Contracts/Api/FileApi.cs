namespace BatchInfer.Contracts;

/// <summary>A stored corpus.</summary>
/// <param name="Id">Id to name in a job.</param>
/// <param name="Filename">Name it was uploaded under.</param>
/// <param name="Bytes">Size, unpacked.</param>
/// <param name="Format">How its records are written, by its name or as said at upload.</param>
/// <param name="Sha256">Digest of the unpacked bytes, hex.</param>
/// <param name="CreatedAt">When it was stored.</param>
public sealed record FileResource(string Id, string Filename, long Bytes, RecordFormat Format, string Sha256, DateTimeOffset CreatedAt);

/// <summary>One page of a list.</summary>
/// <param name="Data">The rows.</param>
/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; null on the last.</param>
public sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor);
