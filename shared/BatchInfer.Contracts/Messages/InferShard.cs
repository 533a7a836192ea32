namespace BatchInfer.Contracts;

/// <summary>Command, coordinator → a model revision's queue: predict the records of one shard.</summary>
/// <param name="Shard">Which shard.</param>
/// <param name="Attempt">From 1; grows with each dispatch.</param>
/// <param name="Model">Name of the model.</param>
/// <param name="Revision">Revision of the model: the digest of its files.</param>
/// <param name="Task">Task name.</param>
/// <param name="Parameters">Effective parameters, as canonical JSON.</param>
/// <param name="Corpus">Where the corpus is read: a <c>file:</c> or an <c>http(s):</c> address that answers range requests, or the object that <paramref name="Version"/> is of.</param>
/// <param name="Schema">Where the parts of a record stand.</param>
/// <param name="Offset">First byte of the shard in the corpus.</param>
/// <param name="Length">Bytes of the shard.</param>
/// <param name="FirstOrdinal">Ordinal of the first record, from 0 over the whole corpus.</param>
/// <param name="FirstLine">Line number of the first byte, from 1.</param>
/// <param name="RecordCount">Records to answer, good and bad: all of the range, or as many as <paramref name="Only"/> names.</param>
/// <param name="Only">The records to answer, counted from 0 at the first of the range, in order; null for all of them.</param>
/// <param name="Alone">
/// The shard is suspected of killing its worker: it runs while the worker has nothing else in hand, and only after
/// <see cref="SuspectStarting"/> was answered, so that a death is laid to it and to nothing beside it.
/// </param>
/// <param name="Condemned">Why its one record is not predicted but becomes an error row <c>poison_record</c>; null to predict.</param>
/// <param name="Prompt">How each record's prompt is made; null where its text is the input as it stands.</param>
/// <param name="Version">Of a corpus that lies in an object store or on another's web server: what it was when the job was planned. Null for the product's own.</param>
public sealed record InferShard(
    ShardId Shard, int Attempt, string Model, string Revision, string Task, string Parameters,
    Uri Corpus, RecordSchema Schema, long Offset, long Length, long FirstOrdinal, long FirstLine, int RecordCount,
    IReadOnlyList<int>? Only = null, bool Alone = false, string? Condemned = null, PromptSpec? Prompt = null, CorpusVersion? Version = null);
