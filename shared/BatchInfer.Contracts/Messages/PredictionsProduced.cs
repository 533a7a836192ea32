namespace BatchInfer.Contracts;

/// <summary>
/// Command, worker → results: store what became of some records of a shard. Chunks may arrive in any order and more than
/// once; storing one again changes nothing.
/// </summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Attempt">Attempt of the <see cref="InferShard"/> that it answers.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Revision">Revision of the model.</param>
/// <param name="Task">Task name.</param>
/// <param name="RecordCount">Records of the whole shard: when as many are stored, the shard is done.</param>
/// <param name="Worker">Id of the worker.</param>
/// <param name="StartedAt">When the worker took the shard.</param>
/// <param name="Predictions">New predictions. Each key once.</param>
/// <param name="Items">One for every record of this chunk.</param>
/// <param name="Parameters">Effective parameters as canonical JSON; null from workers of a version that did not say.</param>
/// <param name="Lengths">Lengths of all that this attempt had computed when it sent this; null from workers of a version that did not say.</param>
public sealed record PredictionsProduced(
    ShardId Shard, int Attempt, string Model, string Revision, string Task, int RecordCount, string Worker, DateTimeOffset StartedAt,
    IReadOnlyList<NewPrediction> Predictions, IReadOnlyList<RecordOutcome> Items, string? Parameters = null,
    IReadOnlyList<LengthBucket>? Lengths = null);

/// <summary>One computed prediction.</summary>
/// <param name="Key">Content address.</param>
/// <param name="Input">The input text; of a pair, the first.</param>
/// <param name="InputPair">The second text of a pair, or null.</param>
/// <param name="Output">Output as JSON, or null when it is an embedding.</param>
/// <param name="Embedding">Little-endian float32 values, or null when the output is JSON.</param>
/// <param name="Tokens">Tokens of the input, special tokens included.</param>
/// <param name="PaddedTokens">Tokens it took in its batch: the batch's longest row.</param>
/// <param name="TokensCut">Tokens of the input that the model did not see, because the input was longer than its limit.</param>
public sealed record NewPrediction(
    Guid Key, string Input, string? InputPair, string? Output, byte[]? Embedding, int Tokens, int PaddedTokens, int TokensCut = 0);

/// <summary>What became of one record of a job.</summary>
/// <param name="Ordinal">Ordinal of the record in the corpus, from 0.</param>
/// <param name="CustomId">The record's own id, or its line number.</param>
/// <param name="Key">Key of its prediction, or null when it failed.</param>
/// <param name="Kind">How it was answered.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record RecordOutcome(long Ordinal, string CustomId, Guid? Key, OutcomeKind Kind, RecordError? Error);

/// <summary>How a record was answered.</summary>
public enum OutcomeKind
{
    /// <summary>By running the model.</summary>
    Computed,

    /// <summary>By a prediction stored before.</summary>
    Cached,

    /// <summary>By the prediction of an equal record of the same shard.</summary>
    Duplicate,

    /// <summary>Not: it is an error row.</summary>
    Failed,
}

/// <summary>Why a record has no prediction.</summary>
/// <param name="Code">Stable code, e.g. <c>empty_text</c>; see <see cref="ErrorCodes"/>.</param>
/// <param name="Message">A sentence for the user.</param>
/// <param name="Line">Line number in the corpus, from 1.</param>
public sealed record RecordError(string Code, string Message, long Line);

/// <summary>Codes of record errors.</summary>
public static class ErrorCodes
{
    /// <summary>The line is not valid JSON or CSV, not an object, or its field is of a wrong type.</summary>
    public const string MalformedRecord = "malformed_record";

    /// <summary>The text (or pair, or id) field is absent or null.</summary>
    public const string MissingField = "missing_field";

    /// <summary>The text is empty or white space.</summary>
    public const string EmptyText = "empty_text";

    /// <summary>The record's bytes are not valid UTF-8.</summary>
    public const string InvalidUtf8 = "invalid_utf8";

    /// <summary>The record is longer than the limit, or than the model takes; or it and its prediction are larger than what one message takes.</summary>
    public const string TooLong = "too_long";

    /// <summary>The model's chat template refuses it.</summary>
    public const string InvalidPrompt = "invalid_prompt";

    /// <summary>The model gave NaN or infinity for it.</summary>
    public const string InvalidOutput = "invalid_output";

    /// <summary>The text has no mask for the model to fill.</summary>
    public const string MissingMask = "missing_mask";

    /// <summary>Its prediction was there and has been deleted since.</summary>
    public const string PredictionDeleted = "prediction_deleted";

    /// <summary>The model fails on it, or its worker dies of it, alone and again and again.</summary>
    public const string PoisonRecord = "poison_record";
}
