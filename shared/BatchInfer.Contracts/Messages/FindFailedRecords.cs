namespace BatchInfer.Contracts;

/// <summary>Request, coordinator → results: which records of a job are error rows?</summary>
/// <param name="JobId">The job.</param>
/// <param name="After">Only ordinals beyond this one.</param>
/// <param name="Count">At most so many.</param>
public sealed record FindFailedRecords(Guid JobId, long After, int Count);

/// <summary>Answer to <see cref="FindFailedRecords"/>.</summary>
/// <param name="Ordinals">Ordinals in the corpus, rising.</param>
public sealed record FailedRecords(IReadOnlyList<long> Ordinals);
