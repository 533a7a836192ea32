namespace BatchInfer.Contracts;

/// <summary>Question, coordinator → every worker: can you work?</summary>
/// <param name="Id">Of the question; the answers repeat it.</param>
/// <param name="Corpus">What a worker must be able to read: a <c>file:</c> address of a probe, or an address of the service that has the corpora.</param>
public sealed record CheckWorker(Guid Id, Uri Corpus);

/// <summary>Answer to <see cref="CheckWorker"/>.</summary>
/// <param name="Id">Of the question.</param>
/// <param name="Worker">Id of the worker.</param>
/// <param name="Version">Its version.</param>
/// <param name="At">Its clock.</param>
/// <param name="CorpusProblem">Why the corpus cannot be read, or null.</param>
/// <param name="ModelProblems">By model, what is wrong with its files.</param>
/// <param name="FreeBytes">Room on the disk of its caches.</param>
public sealed record WorkerChecked(
    Guid Id, string Worker, string Version, DateTimeOffset At, string? CorpusProblem, IReadOnlyDictionary<string, string> ModelProblems, long FreeBytes);
