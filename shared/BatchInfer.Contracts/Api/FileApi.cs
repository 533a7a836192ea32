namespace BatchInfer.Contracts;

/// <summary>A corpus: stored by the server, or an object elsewhere that is read where it lies.</summary>
/// <param name="Id">Id to name in a job.</param>
/// <param name="Filename">Name it was uploaded under, or the last part of its address.</param>
/// <param name="Bytes">Size, unpacked.</param>
/// <param name="Format">How its records are written, by its name or as said at upload.</param>
/// <param name="Sha256">Digest of the unpacked bytes, hex; null of an object that is not stored here.</param>
/// <param name="CreatedAt">When it was stored.</param>
/// <param name="Url">Of an object elsewhere: its address, without the query that may hold a signature.</param>
public sealed record FileResource(
    string Id, string Filename, long Bytes, RecordFormat Format, string? Sha256, DateTimeOffset CreatedAt, string? Url = null);

/// <summary>Body of <c>POST /v1/files</c> as JSON: a corpus that lies in an object store or on a web server.</summary>
/// <param name="Url"><c>s3://bucket/key</c>, <c>az://container/blob</c> or <c>https://…</c></param>
/// <param name="Format">How its records are written, when its name does not tell.</param>
public sealed record FileAddress(string Url, RecordFormat? Format = null);

/// <summary>One page of a list.</summary>
/// <param name="Data">The rows.</param>
/// <param name="NextCursor">Pass as <c>cursor</c> for the next page; null on the last. A page may have fewer rows than asked for, and others follow all the same.</param>
public sealed record Page<T>(IReadOnlyList<T> Data, string? NextCursor);
