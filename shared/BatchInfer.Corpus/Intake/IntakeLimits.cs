namespace BatchInfer.Corpus;

/// <summary>How much an upload may hold.</summary>
/// <param name="MaxBytes">Bytes, unpacked.</param>
/// <param name="MaxCompressionRatio">Unpacked to packed bytes. Judged once some megabytes are unpacked: short texts may well pack better.</param>
public sealed record IntakeLimits(long MaxBytes, double MaxCompressionRatio);
