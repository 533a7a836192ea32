using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>
/// The results of all jobs. Writing is idempotent: whatever is delivered again, by the same worker or another, in the same
/// chunks or others, is stored and counted once.
/// </summary>
internal interface IPredictionStore
{
    /// <summary>Rows of a table that <see cref="MeasureAsync"/> counts one by one; of more, a sample of about so many.</summary>
    public const long RowsCounted = 1_000_000;

    /// <summary>Bytes of texts and outputs that one call reads at most, of a single row more: a thousand embeddings of 4,096 values are half of it.</summary>
    public const long BytesAtOnce = 32L << 20;

    /// <summary>Stores chunks, together or each by itself; what this returns is committed. After a failure some may be stored: write them again.</summary>
    /// <returns>What became of each, in the order given.</returns>
    Task<IReadOnlyList<StoredChunk>> WriteAsync(IReadOnlyList<PredictionsProduced> chunks, CancellationToken ct);

    /// <summary>Which keys are stored.</summary>
    /// <param name="keys">16-byte big-endian keys, one after another.</param>
    /// <param name="ct">Cancels.</param>
    /// <returns>One bit per key, in the order asked, lowest bit first.</returns>
    Task<byte[]> FindKnownAsync(byte[] keys, CancellationToken ct);

    /// <summary>The next <paramref name="count"/> records of a job after an ordinal, in input order; fewer where they are more than <see cref="BytesAtOnce"/>.</summary>
    Task<StoredPage<StoredLine>> ReadLinesAsync(Guid jobId, long after, int count, CancellationToken ct);

    /// <summary>The next <paramref name="count"/> error rows of a job after an ordinal, in input order; fewer where they are more than <see cref="BytesAtOnce"/>.</summary>
    Task<StoredPage<ErrorLine>> ReadErrorsAsync(Guid jobId, long after, int count, CancellationToken ct);

    /// <summary>
    /// Predictions of the first of some keys, as many as are no more than <see cref="BytesAtOnce"/>; keys without one are absent.
    /// <see cref="FindEach"/> goes on to the last.
    /// </summary>
    Task<FoundPredictions> FindAsync(IReadOnlyList<Guid> keys, CancellationToken ct);

    /// <summary>Keys of a job's records by custom id, where they have one. The first record counts where several share an id.</summary>
    Task<IReadOnlyDictionary<string, Guid>> FindKeysAsync(Guid jobId, IReadOnlyCollection<string> customIds, CancellationToken ct);

    /// <summary>
    /// Remembers revisions of models; what was announced earlier than what is known changes nothing. A name that stands for nothing
    /// yet stands for the first of its revisions from then on.
    /// </summary>
    Task SaveModelsAsync(IReadOnlyList<ModelDescriptor> models, DateTimeOffset announcedAt, CancellationToken ct);

    /// <summary>Lets names stand for revisions; a version that is not newer than what is known changes nothing.</summary>
    Task PromoteAsync(IReadOnlyList<PromotedModel> models, CancellationToken ct);

    /// <summary>The revision that the name stands for, or null.</summary>
    Task<ModelDescriptor?> FindModelAsync(string name, CancellationToken ct);

    /// <summary>Every revision of a name, the last announced first.</summary>
    Task<IReadOnlyList<ModelDescriptor>> FindRevisionsAsync(string name, CancellationToken ct);

    /// <summary>Every revision, task and set of parameters that ever predicted.</summary>
    Task<IReadOnlyList<Predictor>> ListPredictorsAsync(CancellationToken ct);

    /// <summary>The next <paramref name="count"/> predictions of some predictors after a key, by key; fewer, and at least one, where they are more than
    /// <see cref="BytesAtOnce"/>. Keys are hashes: their order is as good as random.</summary>
    Task<IReadOnlyList<StoredPrediction>> ReadPredictionsAsync(IReadOnlyCollection<int> predictors, Guid after, int count, CancellationToken ct);

    /// <summary>Deletes at most <paramref name="count"/> records of a job; its predictions stay.</summary>
    /// <returns>How many; fewer than asked when none is left.</returns>
    Task<int> DeleteRecordsAsync(Guid jobId, int count, CancellationToken ct);

    /// <summary>Looks at the next predictions that a trim is about, and deletes those that no job's record names.</summary>
    Task<TrimStep> TrimAsync(Trim trim, CancellationToken ct);

    /// <summary>What takes how much room.</summary>
    Task<StorageResource> MeasureAsync(CancellationToken ct);
}
