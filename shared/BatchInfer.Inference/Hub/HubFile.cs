using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>A file of a repository.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Size">Bytes; below 0 where the hub gives no number that can be one.</param>
/// <param name="Digest">What its contents come to.</param>
public sealed record HubFile(string Path, long Size, FileDigest Digest);
