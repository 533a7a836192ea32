namespace BatchInfer.Contracts;

/// <summary>Answer of <c>GET /v1/storage</c>: what takes how much of the results' database.</summary>
/// <param name="Provider"><c>postgres</c> or <c>sqlite</c>.</param>
/// <param name="Bytes">The whole, indices and free room included.</param>
/// <param name="FreeBytes">Room within it that is free for new rows, and that a <c>VACUUM</c> would give back to the disk; null where that is not known.</param>
/// <param name="Estimated">Whether rows and their bytes are counted from a sample.</param>
/// <param name="Tables">Tables with their indices.</param>
/// <param name="Models">Predictions of each model revision, the largest first.</param>
/// <param name="Jobs">Records of each job, the largest first, at most 100.</param>
public sealed record StorageResource(
    string Provider, long Bytes, long? FreeBytes, bool Estimated, IReadOnlyList<TableStorage> Tables, IReadOnlyList<ModelStorage> Models, IReadOnlyList<JobStorage> Jobs);

/// <summary>A table's room.</summary>
/// <param name="Table">Name.</param>
/// <param name="Rows">Rows; on PostgreSQL as it estimates them, null until it first has.</param>
/// <param name="TableBytes">The rows.</param>
/// <param name="IndexBytes">Its indices; null on SQLite, which does not tell.</param>
public sealed record TableStorage(string Table, long? Rows, long TableBytes, long? IndexBytes);

/// <summary>What the predictions of a revision take.</summary>
/// <param name="Model">Name under which it first predicted.</param>
/// <param name="Revision">Revision.</param>
/// <param name="Task">Task.</param>
/// <param name="Predictions">How many.</param>
/// <param name="Bytes">Bytes of their rows, without indices.</param>
public sealed record ModelStorage(string Model, string Revision, string Task, long Predictions, long Bytes);

/// <summary>What the records of a job take; the predictions that they name are counted with the model.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Records">How many.</param>
/// <param name="Bytes">Bytes of their rows, without indices.</param>
public sealed record JobStorage(Guid JobId, long Records, long Bytes);
