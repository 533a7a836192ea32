namespace BatchInfer.Corpus;

/// <summary>What was stored of an upload.</summary>
/// <param name="Bytes">Size, unpacked.</param>
/// <param name="Sha256">Digest of the unpacked bytes, in lower-case hex.</param>
/// <param name="WasCompressed">Whether it came as gzip.</param>
public sealed record IntakeResult(long Bytes, string Sha256, bool WasCompressed);
