using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>One record of a job as stored.</summary>
internal sealed record StoredLine(long Ordinal, string CustomId, StoredOutput Output, RecordError? Error);
