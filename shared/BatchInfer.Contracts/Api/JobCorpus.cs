namespace BatchInfer.Contracts;

/// <summary>Where a job's records stand in its corpus, as <c>GET /v1/jobs/{id}/corpus</c> answers.</summary>
/// <param name="FileId">The corpus; its bytes are at <c>/v1/files/{file_id}/content</c>.</param>
/// <param name="Schema">How records are written, and where their parts stand.</param>
/// <param name="Offset">First byte of a record at or before the one asked for.</param>
/// <param name="Ordinal">That record's ordinal.</param>
/// <param name="End">Ordinal behind the last record that is planned so far.</param>
public sealed record JobCorpus(string FileId, RecordSchema Schema, long Offset, long Ordinal, long End);
