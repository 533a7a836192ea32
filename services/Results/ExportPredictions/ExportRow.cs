using BatchInfer.Results.Data;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>One record of a job, with what stands in the corpus where that was asked for.</summary>
internal readonly record struct ExportRow(StoredLine Line, byte[]? Input);
