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
/// From a shard's byte range to rows to store: read and parse, compute keys, fold equal records, skip what is stored, predict the
/// rest, but for what another shard predicts at this moment. Every record of the range comes out exactly once, as a prediction or as an error row.
/// </summary>
internal sealed class InferencePipeline(
    ServedModels models, CorpusSource corpora, ObjectStorage objects, KnownKeysClient knownKeys, ClaimsClient claims, WorkerIdentity identity, IOptions<WorkerOptions> options, TimeProvider time)
{
    // What a slow model has predicted is stored all the same before long: a process that dies loses no more of it.
    private static readonly TimeSpan LongestUnsent = TimeSpan.FromSeconds(5);

    public async IAsyncEnumerable<PredictionsProduced> InferAsync(InferShard shard, ShardsInHand.Hand hand, [EnumeratorCancellation] CancellationToken ct)
    {
        using var trace = new ShardTrace(shard, identity.Id);
        await using var chunks = InferAsync(shard, hand, trace, ct).GetAsyncEnumerator(ct);
        while (true)
        {
            try
            {
                if (!await chunks.MoveNextAsync()) break;
            }
            catch (Exception e)
            {
                trace.Fail(e);
                throw;
            }

            yield return chunks.Current;
        }
    }

    private async IAsyncEnumerable<PredictionsProduced> InferAsync(InferShard shard, ShardsInHand.Hand hand, ShardTrace trace, [EnumeratorCancellation] CancellationToken ct)
    {
        long started = time.GetTimestamp();
        var chunks = new ShardChunks(shard, identity.Id, time.GetUtcNow(), options.Value.ChunkRecords, options.Value.ChunkBytes);
        var parameters = InferenceParameters.Parse(shard.Parameters);
        List<ShardRecord> records;
        using (trace.Step("read")) records = await ReadAsync(shard, parameters, chunks, trace, ct);
        var folded = new FoldedRecords(records);
        var work = new SharedWork(shard, hand, folded.Keys, knownKeys, claims, time);
        int toCompute = 0;
        long taken = started;
        while (!work.IsDone && !ct.IsCancellationRequested)
        {
            // Others may wait for what this shard has computed while it waits for them.
            if (!chunks.IsEmpty && toCompute > 0) yield return chunks.Take();
            WorkPart part;
            using (trace.Step("keys")) part = await work.NextAsync(ct);
            foreach (int unique in part.Stored)
            {
                foreach (int index in folded.Records(unique)) chunks.Add(records[index], OutcomeKind.Cached);
                trace.Count(OutcomeKind.Cached, folded.Count(unique));
                if (chunks.IsFull) yield return chunks.Take();
            }

            hand.Progress = chunks.Progress;
            if (part.ToCompute.Count == 0) continue;
            toCompute += part.ToCompute.Count;
            // Only now: a job whose predictions are all stored never loads its model.
            using var model = await models.LeaseAsync(shard.Revision, ct);
            trace.Uses(model.Engine);
            await foreach (var batch in UntilCancelled(() => model.Engine.InferAsync(shard.Task, parameters, Inputs(part.ToCompute, folded, records), ct), ct))
            {
                foreach (var predicted in batch)
                {
                    int unique = part.ToCompute[predicted.Index];
                    var record = records[folded.First(unique)];
                    var row = RowLimit.Apply(predicted, record.Text, record.TextPair);
                    AddRow(row, folded.Records(unique), records, chunks, trace);
                    if (row.ErrorCode is not null) work.Failed(unique);
                }

                hand.Progress = chunks.Progress;
                if (chunks.IsFull || time.GetElapsedTime(taken) >= LongestUnsent)
                {
                    yield return chunks.Take();
                    taken = time.GetTimestamp();
                }
            }
        }

        // Also when it ends early: what is predicted is kept.
        if (!chunks.IsEmpty) yield return chunks.Take();
        ct.ThrowIfCancellationRequested();
        trace.Complete();
        WorkerMetrics.ShardDone(time.GetElapsedTime(started).TotalSeconds);
    }

    /// <exception cref="PermanentShardException">The model cannot be asked so, whatever the records are.</exception>
    internal static async IAsyncEnumerable<RowOutput[]> UntilCancelled(Func<IAsyncEnumerable<RowOutput[]>> infer, [EnumeratorCancellation] CancellationToken ct)
    {
        // An encoder's parameters are looked at when it is asked, a generator's with its first batch.
        await using var batch = Permanent(infer).GetAsyncEnumerator(ct);
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
            catch (Exception e) when (e is RefusedParameterException or ModelFormatException)
            {
                throw new PermanentShardException(e.Message, e);
            }

            yield return batch.Current;
        }
    }

    private static T Permanent<T>(Func<T> ask)
    {
        try
        {
            return ask();
        }
        catch (Exception e) when (e is RefusedParameterException or ModelFormatException)
        {
            throw new PermanentShardException(e.Message, e);
        }
    }

    private static TextInput[] Inputs(List<int> uniques, FoldedRecords folded, List<ShardRecord> records)
    {
        var inputs = new TextInput[uniques.Count];
        for (int i = 0; i < inputs.Length; i++)
        {
            var record = records[folded.First(uniques[i])];
            inputs[i] = new TextInput(record.Text, record.TextPair);
        }

        return inputs;
    }

    private async Task<List<ShardRecord>> ReadAsync(
        InferShard shard, InferenceParameters parameters, ShardChunks chunks, ShardTrace trace, CancellationToken ct)
    {
        var keys = new PredictionKeyFactory(shard.Revision, shard.Task, parameters);
        var records = new List<ShardRecord>(shard.RecordCount);
        var prompts = ShardPrompts.For(shard, models.Package(shard.Revision));
        int read = 0;
        try
        {
            await using var range = shard.Version is { } version
                ? objects.OpenRange(ObjectAddress.Parse(shard.Corpus.OriginalString), version, shard.Offset, shard.Length)
                : await corpora.OpenAsync(shard.Corpus, shard.Offset, shard.Length, ct);
            await foreach (var record in CorpusReader.ReadAsync(range, shard.Schema, shard.FirstOrdinal, shard.FirstLine, ct))
            {
                if (shard.Only is { } only && (read == only.Count || record.Ordinal - shard.FirstOrdinal != only[read])) continue;
                read++;
                var (text, error) = Input(record, shard, prompts);
                if (error is not null)
                {
                    chunks.Add(new ShardRecord(record.Ordinal, record.CustomId, error.Line, "", null, default), OutcomeKind.Failed, error);
                    trace.CountFailed(error.Code, 1);
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

    private static void AddRow(in RowOutput row, ReadOnlySpan<int> indexes, List<ShardRecord> records, ShardChunks chunks, ShardTrace trace)
    {
        if (row.ErrorCode is { } code)
        {
            foreach (int index in indexes)
                chunks.Add(records[index], OutcomeKind.Failed, new RecordError(code, row.ErrorMessage ?? code, records[index].Line));
            trace.CountFailed(code, indexes.Length);
            return;
        }

        // A prediction and the records that share it stay in one message: whichever is stored finds the other.
        chunks.Add(records[indexes[0]], row);
        foreach (int index in indexes[1..]) chunks.Add(records[index], OutcomeKind.Duplicate);
        trace.Count(OutcomeKind.Computed, 1);
        trace.Count(OutcomeKind.Duplicate, indexes.Length - 1);
        trace.CountTokens(row.Tokens, row.PaddedTokens);
    }
}
