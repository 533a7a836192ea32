namespace BatchInfer.Contracts;

/// <summary>Question, coordinator → every worker: can you work?</summary>
/// <param name="Id">Of the question; the answers repeat it.</param>
/// <param name="Corpus">What a worker must be able to read: a <c>file:</c> address of a probe, or an address of the service that has the corpora.</param>
/// <param name="Input">An object or a file that the worker shall try to read, or null. Of s3: and az: addresses the original text counts.</param>
public sealed record CheckWorker(Guid Id, Uri Corpus, Uri? Input = null);

/// <summary>Answer to <see cref="CheckWorker"/>.</summary>
/// <param name="Id">Of the question.</param>
/// <param name="Worker">Id of the worker.</param>
/// <param name="Version">Its version.</param>
/// <param name="At">Its clock.</param>
/// <param name="CorpusProblem">Why the corpus cannot be read, or null.</param>
/// <param name="ModelProblems">By model, what is wrong with its files.</param>
/// <param name="FreeBytes">Room on the disk of its caches.</param>
/// <param name="Input">What it found at <see cref="CheckWorker.Input"/>; null where there is none, and of a worker that does not know it.</param>
public sealed record WorkerChecked(
    Guid Id, string Worker, string Version, DateTimeOffset At, string? CorpusProblem, IReadOnlyDictionary<string, string> ModelProblems, long FreeBytes,
    InputTried? Input = null);

/// <summary>How a process fared that tried to read the beginning of a corpus. No text of it holds the query of a signed address.</summary>
/// <param name="IsReadable">It can be read.</param>
/// <param name="Found">What was found, in a sentence.</param>
/// <param name="Advice">What to do; null where it can be read.</param>
/// <param name="IsRefused">The settings of the process do not let it be read, so that nothing was asked for.</param>
public sealed record InputTried(bool IsReadable, string Found, string? Advice = null, bool IsRefused = false);
