using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>One record of a job as stored.</summary>
/// <param name="Ordinal">Ordinal in the corpus.</param>
/// <param name="CustomId">Its id.</param>
/// <param name="Output">The output.</param>
/// <param name="TokensCut">Tokens that the model did not see.</param>
/// <param name="Error">Why it has no prediction, or null.</param>
/// <param name="Prediction">The prediction under its key, or null.</param>
internal sealed record StoredLine(long Ordinal, string CustomId, StoredOutput Output, int TokensCut, RecordError? Error, StoredPrediction? Prediction = null)
{
    private static readonly RecordError Deleted = new(
        ErrorCodes.PredictionDeleted, "The prediction was deleted to free space. Submit the job again to compute it.", 0);

    /// <summary>What its texts and its output take.</summary>
    public long Bytes => CustomId.Length + (Error?.Message.Length ?? 0) + (Prediction?.Bytes ?? 0);

    /// <summary>A record with its error, or with the prediction under its key, if that is still there.</summary>
    public static StoredLine Of(long ordinal, string customId, RecordError? error, Guid? key, StoredPrediction? prediction) =>
        prediction is null
            ? new StoredLine(ordinal, customId, default, 0, error ?? (key is null ? null : Deleted))
            : new StoredLine(ordinal, customId, prediction.Output, prediction.TokensCut, null, prediction);
}
