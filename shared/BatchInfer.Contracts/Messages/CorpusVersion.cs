namespace BatchInfer.Contracts;

/// <summary>What an object was when a job was planned on it: whoever reads it later takes this and no other.</summary>
/// <param name="Bytes">Its length.</param>
/// <param name="ETag">Its entity tag as the store writes it, where it has one.</param>
/// <param name="VersionId">Of a versioned S3 bucket: its version, which can be read even after it was replaced.</param>
/// <param name="LastModified">When it was changed last, where the store says no entity tag.</param>
public sealed record CorpusVersion(long Bytes, string? ETag = null, string? VersionId = null, DateTimeOffset? LastModified = null);
