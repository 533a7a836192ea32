namespace BatchInfer.Contracts;

/// <summary>Request, coordinator → results: delete some of a deleted job's records. Its predictions stay.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Count">At most so many in this step.</param>
public sealed record DeleteJobRecords(Guid JobId, int Count);

/// <summary>Answer to <see cref="DeleteJobRecords"/>.</summary>
/// <param name="Deleted">Rows deleted; fewer than asked when none is left.</param>
public sealed record JobRecordsDeleted(int Deleted);
