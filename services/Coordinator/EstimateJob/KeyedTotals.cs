namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>What a corpus's different inputs come to.</summary>
/// <param name="Distinct">How many there are.</param>
/// <param name="Known">Those whose prediction is stored.</param>
/// <param name="UnknownBytes">Bytes of the texts of those that are not stored.</param>
/// <param name="SampleBytes">Bytes of the texts of the sample, whole.</param>
internal sealed record KeyedTotals(long Distinct, long Known, long UnknownBytes, long SampleBytes);
