namespace BatchInfer.Corpus;

/// <summary>What an upload came to.</summary>
/// <param name="Bytes">Bytes, unpacked.</param>
/// <param name="Sha256">Digest of the unpacked bytes, lower-case hex.</param>
/// <param name="WasCompressed">It came as gzip.</param>
public sealed record IntakeResult(long Bytes, string Sha256, bool WasCompressed);
