using BatchInfer.Contracts;

namespace BatchInfer.Inference;

/// <summary>A file of a repository.</summary>
/// <param name="Path">Path in the repository.</param>
/// <param name="Size">Bytes.</param>
/// <param name="Digest">What its contents come to.</param>
public sealed record HubFile(string Path, long Size, FileDigest Digest);
