using System.Runtime.InteropServices;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Worker;

/// <summary>Gathers what became of a shard's records into messages of bounded size.</summary>
internal sealed class ShardChunks(InferShard shard, string worker, DateTimeOffset startedAt, int maxRecords, int maxBytes)
{
    private readonly LengthTally _lengths = new();
    private List<NewPrediction> _predictions = [];
    private List<RecordOutcome> _items = [];
    private int _bytes, _records;
    private long _tokens;

    /// <summary>True when <see cref="Take"/> should be called now.</summary>
    public bool IsFull => _items.Count >= maxRecords || _bytes >= maxBytes;

    public bool IsEmpty => _items.Count == 0;

    /// <summary>What was gathered so far, what was taken included.</summary>
    public ShardProgress Progress => new(_records, _tokens);

    /// <summary>Adds a record's outcome.</summary>
    public void Add(in ShardRecord record, OutcomeKind kind, RecordError? error = null)
    {
        _records++;
        _items.Add(new RecordOutcome(record.Ordinal, record.CustomId, kind == OutcomeKind.Failed ? null : record.Key, kind, error));
        _bytes += record.CustomId.Length + 64 + (error?.Message.Length ?? 0);
    }

    /// <summary>Adds a computed prediction.</summary>
    public void Add(in ShardRecord record, in RowOutput row)
    {
        byte[]? embedding = row.Embedding is { } vector ? MemoryMarshal.AsBytes(vector.AsSpan()).ToArray() : null;
        _predictions.Add(new NewPrediction(record.Key, record.Text, record.TextPair, row.Json, embedding, row.Tokens, row.PaddedTokens, row.TokensCut));
        _lengths.Add(row.Tokens, row.PaddedTokens);
        _tokens += row.Tokens;
        _bytes += record.Text.Length + (record.TextPair?.Length ?? 0) + (row.Json?.Length ?? 0) + (embedding?.Length ?? 0) + 64;
        Add(record, OutcomeKind.Computed);
    }

    /// <summary>The gathered rows as a message; gathering begins anew.</summary>
    public PredictionsProduced Take()
    {
        var chunk = new PredictionsProduced(
            shard.Shard, shard.Attempt, shard.Model, shard.Revision, shard.Task, shard.RecordCount, worker, startedAt, _predictions, _items,
            shard.Parameters, _lengths.Buckets());
        (_predictions, _items, _bytes) = ([], [], 0);
        return chunk;
    }
}
