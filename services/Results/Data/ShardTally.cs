using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>Counts those records of a chunk that were newly stored, and no others.</summary>
internal sealed class ShardTally(PredictionsProduced chunk)
{
    private long _computed, _cached, _duplicates, _failed, _tokens, _paddedTokens;
    private Dictionary<Guid, NewPrediction>? _predictions;

    /// <summary>Records counted.</summary>
    public int Received { get; private set; }

    public OutcomeCounts Counts => new(_computed, _cached, _duplicates, _failed, _tokens, _paddedTokens);

    /// <summary>Counts a record.</summary>
    /// <param name="item">The record as this chunk has it.</param>
    /// <param name="failed">Whether it stands as failed; an earlier chunk may have said otherwise than this one.</param>
    public void Add(RecordOutcome item, bool failed)
    {
        Received++;
        if (failed)
        {
            _failed++;
        }
        else if (item.Kind == OutcomeKind.Computed)
        {
            _computed++;
            _predictions ??= ByKey();
            // Removed, so that tokens count once where a chunk names one key for two records.
            if (item.Key is { } key && _predictions.Remove(key, out var prediction))
            {
                _tokens += prediction.Tokens;
                _paddedTokens += prediction.PaddedTokens;
            }
        }
        else
        {
            _cached++;
            if (item.Kind == OutcomeKind.Duplicate) _duplicates++;
        }
    }

    private Dictionary<Guid, NewPrediction> ByKey()
    {
        var predictions = new Dictionary<Guid, NewPrediction>(chunk.Predictions.Count);
        foreach (var prediction in chunk.Predictions) predictions[prediction.Key] = prediction;
        return predictions;
    }
}
