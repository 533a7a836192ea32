namespace BatchInfer.Corpus;

/// <summary>Bounds of an upload.</summary>
/// <param name="MaxBytes">Most bytes, unpacked.</param>
/// <param name="MaxCompressionRatio">Most unpacked bytes for each packed one, judged from the first MiB on.</param>
public sealed record IntakeLimits(long MaxBytes, double MaxCompressionRatio);
