using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>One record of a job as stored.</summary>
internal sealed record StoredLine(long Ordinal, string CustomId, StoredOutput Output, int TokensCut, RecordError? Error)
{
    private static readonly RecordError Deleted = new(
        ErrorCodes.PredictionDeleted, "The prediction was deleted to free space. Submit the job again to compute it.", 0);

    /// <summary>A record with its error, or with the prediction under its key, if that is still there.</summary>
    public static StoredLine Of(long ordinal, string customId, RecordError? error, Guid? key, StoredPrediction? prediction) =>
        prediction is null
            ? new StoredLine(ordinal, customId, default, 0, error ?? (key is null ? null : Deleted))
            : new StoredLine(ordinal, customId, prediction.Output, prediction.TokensCut, null);
}
