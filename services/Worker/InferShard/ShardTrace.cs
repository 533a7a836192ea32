using System.Diagnostics;
using BatchInfer.Contracts;
using BatchInfer.Inference;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Worker;

/// <summary>
/// What one attempt at a shard comes to, told twice: to the metrics as it happens, and on the shard's span <c>infer</c> when it
/// ends, with its rates, so that a slow shard explains itself.
/// </summary>
internal sealed class ShardTrace : IDisposable
{
    private readonly Activity? _span = Telemetry.StartInside("infer");
    private readonly long _started = Stopwatch.GetTimestamp();
    private readonly long[] _records = new long[Enum.GetValues<OutcomeKind>().Length];
    private long _tokens, _paddedTokens;
    private bool _complete;

    public ShardTrace(InferShard shard, string worker)
    {
        Describe(_span, shard.Shard, shard.Model, shard.Revision);
        _span?.SetTag("batchinfer.attempt", shard.Attempt);
        _span?.SetTag("batchinfer.worker", worker);
    }

    /// <summary>The span of waiting in the queue. By two machines' clocks: where they differ, it at least does not end before it begins.</summary>
    public static void Waited(InferShard shard, DateTimeOffset sent, DateTimeOffset taken)
    {
        using var span = Telemetry.StartInside("queue wait", sent < taken ? sent : taken);
        Describe(span, shard.Shard, shard.Model, shard.Revision);
        span?.SetEndTime(taken.UtcDateTime);
    }

    /// <summary>The span of sending a chunk on.</summary>
    public static Activity? Publishing(PredictionsProduced chunk)
    {
        var span = Telemetry.StartInside("publish");
        Describe(span, chunk.Shard, chunk.Model, chunk.Revision);
        span?.SetTag("batchinfer.records", chunk.Items.Count);
        span?.SetTag("batchinfer.predictions", chunk.Predictions.Count);
        return span;
    }

    /// <summary>A part of the work as a span below, ended by whoever disposes it.</summary>
    public Activity? Step(string name) => _span is null ? null : Telemetry.Source.StartActivity(name, ActivityKind.Internal, _span.Context);

    /// <summary>Which device computes, in batches of what size. The spans of the engine's work are this one's children.</summary>
    public void Uses(InferenceEngine engine)
    {
        if (_span is null) return;
        _span.SetTag("batchinfer.device", engine.Device);
        _span.SetTag("batchinfer.batch.budget", engine.MaxBatchTokens);
        // After each chunk that is sent on the caller's span is the current one again.
        Activity.Current = _span;
    }

    /// <summary>Records were answered.</summary>
    public void Count(OutcomeKind outcome, int records)
    {
        _records[(int)outcome] += records;
        WorkerMetrics.Count(outcome, records);
    }

    /// <summary>Records became error rows.</summary>
    public void CountFailed(string code, int records)
    {
        Count(OutcomeKind.Failed, records);
        WorkerMetrics.CountFailed(code, records);
    }

    /// <summary>A record was predicted.</summary>
    public void CountTokens(int tokens, int padded)
    {
        _tokens += tokens;
        _paddedTokens += padded;
        WorkerMetrics.CountTokens(tokens, padded);
    }

    /// <summary>Every record was answered.</summary>
    public void Complete() => _complete = true;

    /// <summary>Why they were not.</summary>
    public void Fail(Exception exception)
    {
        // A stop is no failure of the shard's.
        if (exception is OperationCanceledException) return;
        _span.Fail(exception);
    }

    public void Dispose()
    {
        if (_span is null) return;
        if (!_complete && _span.Status == ActivityStatusCode.Unset) _span.SetStatus(ActivityStatusCode.Error, "It ended before every record was answered; another attempt goes on.");
        double seconds = Stopwatch.GetElapsedTime(_started).TotalSeconds;
        long records = _records.Sum();
        _span.SetTag("batchinfer.records", records);
        foreach (var outcome in Enum.GetValues<OutcomeKind>()) _span.SetTag($"batchinfer.records.{WorkerMetrics.Name(outcome)}", _records[(int)outcome]);
        _span.SetTag("batchinfer.tokens", _tokens);
        _span.SetTag("batchinfer.tokens.padded", _paddedTokens);
        _span.SetTag("batchinfer.records_per_second", Math.Round(records / seconds, 1));
        _span.SetTag("batchinfer.tokens_per_second", Math.Round(_tokens / seconds, 1));
        _span.Dispose();
    }

    private static void Describe(Activity? span, ShardId shard, string model, string revision)
    {
        if (span is null) return;
        span.SetTag("batchinfer.job.id", shard.JobId);
        span.SetTag("batchinfer.shard.number", shard.Number);
        span.SetTag("batchinfer.model", model);
        span.SetTag("batchinfer.model.revision", revision);
    }
}
