namespace BatchInfer.Benchmarks.Throughput;

/// <summary>One text as the model sees it.</summary>
internal sealed record TokenizedText(int[] Ids, byte[] TypeIds);
