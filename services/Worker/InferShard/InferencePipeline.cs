using System.Runtime.CompilerServices;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.Inference;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.Announce;
using BatchInfer.Worker.LoadModel;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>
/// From a shard's byte range to rows to store: read and parse, compute keys, skip what is stored, fold equal records,
/// predict the rest. Every record of the range comes out exactly once, as a prediction or as an error row.
/// </summary>
internal sealed class InferencePipeline(
    ServedModels models, CorpusSource corpora, KnownKeysClient knownKeys, WorkerIdentity identity, IOptions<WorkerOptions> options, TimeProvider time)
{
    public async IAsyncEnumerable<PredictionsProduced> InferAsync(InferShard shard, [EnumeratorCancellation] CancellationToken ct)
    {
        using var activity = Telemetry.Source.StartActivity("infer");
        activity?.SetTag("batchinfer.job.id", shard.Shard.JobId);
        activity?.SetTag("batchinfer.shard.number", shard.Shard.Number);
        long started = time.GetTimestamp();
        var chunks = new ShardChunks(shard, identity.Id, time.GetUtcNow(), options.Value.ChunkRecords, options.Value.ChunkBytes);
        var parameters = InferenceParameters.Parse(shard.Parameters);
        var records = await ReadAsync(shard, parameters, chunks, ct);
        var folded = new FoldedRecords(records);
        byte[] known = await knownKeys.FindAsync(folded.Keys, ct);
        var unknown = new List<int>(folded.Keys.Count);
        for (int unique = 0; unique < folded.Keys.Count; unique++)
        {
            if (!KeyBits.IsSet(known, unique))
            {
                unknown.Add(unique);
                continue;
            }

            foreach (int index in folded.Records(unique)) chunks.Add(records[index], OutcomeKind.Cached);
            if (chunks.IsFull) yield return chunks.Take();
        }

        WorkerMetrics.Count(OutcomeKind.Cached, records.Count - unknown.Sum(folded.Count));
        activity?.SetTag("batchinfer.records", shard.RecordCount);
        activity?.SetTag("batchinfer.records.to_compute", unknown.Count);
        if (unknown.Count > 0)
        {
            var inputs = new TextInput[unknown.Count];
            for (int i = 0; i < inputs.Length; i++)
            {
                var record = records[folded.First(unknown[i])];
                inputs[i] = new TextInput(record.Text, record.TextPair);
            }

            // Only now: a job whose predictions are all stored never loads its model.
            using var model = await models.LeaseAsync(shard.Revision, ct);
            await foreach (var batch in UntilCancelled(model.Engine.InferAsync(shard.Task, parameters, inputs, ct), ct))
            {
                foreach (var row in batch) AddRow(row, folded.Records(unknown[row.Index]), records, chunks);
                if (chunks.IsFull) yield return chunks.Take();
            }
        }

        // Also when it ends early: what is predicted is kept.
        if (!chunks.IsEmpty) yield return chunks.Take();
        ct.ThrowIfCancellationRequested();
        WorkerMetrics.ShardDone(time.GetElapsedTime(started).TotalSeconds);
    }

    private static async IAsyncEnumerable<RowOutput[]> UntilCancelled(IAsyncEnumerable<RowOutput[]> batches, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var batch = batches.GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await batch.MoveNextAsync()) yield break;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                yield break;
            }

            yield return batch.Current;
        }
    }

    private async Task<List<ShardRecord>> ReadAsync(InferShard shard, InferenceParameters parameters, ShardChunks chunks, CancellationToken ct)
    {
        var keys = new PredictionKeyFactory(shard.Revision, shard.Task, parameters);
        var records = new List<ShardRecord>(shard.RecordCount);
        var prompts = ShardPrompts.For(shard, models.Package(shard.Revision));
        int read = 0;
        try
        {
            await using var range = await corpora.OpenAsync(shard.Corpus, shard.Offset, shard.Length, ct);
            await foreach (var record in CorpusReader.ReadAsync(range, shard.Schema, shard.FirstOrdinal, shard.FirstLine, ct))
            {
                if (shard.Only is { } only && (read == only.Count || record.Ordinal - shard.FirstOrdinal != only[read])) continue;
                read++;
                var (text, error) = Input(record, shard, prompts);
                if (error is not null)
                {
                    chunks.Add(new ShardRecord(record.Ordinal, record.CustomId, error.Line, "", null, default), OutcomeKind.Failed, error);
                    WorkerMetrics.Count(OutcomeKind.Failed, 1);
                }
                else
                {
                    records.Add(new ShardRecord(record.Ordinal, record.CustomId, record.Line, text!, record.TextPair, keys.Create(text!, record.TextPair)));
                }
            }
        }
        catch (Exception e) when (CorpusFaults.IsPermanent(e))
        {
            throw new PermanentShardException($"The corpus cannot be read: {e.Message}", e);
        }

        // Fewer or more would leave the shard open for ever, or write beyond its end.
        if (read != shard.RecordCount)
            throw new PermanentShardException($"The corpus changed while the job ran: {read} records where {shard.RecordCount} were planned, from line {shard.FirstLine} on.");
        return records;
    }

    /// <summary>The text to predict from a record, or why it is not predicted.</summary>
    private static (string? Text, RecordError? Error) Input(in CorpusRecord record, InferShard shard, ShardPrompts? prompts)
    {
        if (record.Error is { } error) return (null, error);
        if (shard.Condemned is { } reason) return (null, new RecordError(ErrorCodes.PoisonRecord, reason, record.Line));
        return prompts?.Render(record) ?? (record.Text, null);
    }

    private static void AddRow(in RowOutput row, ReadOnlySpan<int> indexes, List<ShardRecord> records, ShardChunks chunks)
    {
        if (row.ErrorCode is { } code)
        {
            foreach (int index in indexes)
                chunks.Add(records[index], OutcomeKind.Failed, new RecordError(code, row.ErrorMessage ?? code, records[index].Line));
            WorkerMetrics.Count(OutcomeKind.Failed, indexes.Length);
            return;
        }

        // A prediction and the records that share it stay in one message: whichever is stored finds the other.
        chunks.Add(records[indexes[0]], row);
        foreach (int index in indexes[1..]) chunks.Add(records[index], OutcomeKind.Duplicate);
        WorkerMetrics.Count(OutcomeKind.Computed, 1);
        WorkerMetrics.Count(OutcomeKind.Duplicate, indexes.Length - 1);
        WorkerMetrics.CountTokens(row.Tokens, row.PaddedTokens);
    }
}
