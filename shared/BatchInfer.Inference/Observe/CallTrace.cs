using System.Diagnostics;

namespace BatchInfer.Inference;

/// <summary>
/// The spans of one call below the span of whoever made it: <c>tokenize</c> for each window, <c>run</c> and <c>decode</c> for one
/// batch in <see cref="Every"/>. The sums over all batches are set on the caller's span, so that none of them is lost.
/// </summary>
internal sealed class CallTrace
{
    /// <summary>A shard has some hundred batches that are all alike: every one as a span would cost more than it tells.</summary>
    public const int Every = 32;

    private static readonly ActivitySource Source = new("BatchInfer.Inference");
    private readonly Activity? _caller = Activity.Current is { IsAllDataRequested: true } current ? current : null;
    private long _batches, _run, _decode, _tokenize;

    /// <summary>Whether anyone looks.</summary>
    public bool IsWanted => _caller is not null;

    /// <summary>A span below the caller's, ended by whoever disposes it; null when nobody looks.</summary>
    public Activity? Start(string name) => _caller is null ? null : Source.StartActivity(name, ActivityKind.Internal, _caller.Context);

    /// <summary>A window was tokenised.</summary>
    public void Tokenized(Activity? span, long started, int rows, int tokens)
    {
        if (_caller is null) return;
        Interlocked.Add(ref _tokenize, Stopwatch.GetTimestamp() - started);
        span?.SetTag("batchinfer.rows", rows);
        span?.SetTag("batchinfer.tokens", tokens);
    }

    /// <summary>A batch ran, and was decoded in part of that time.</summary>
    public void Ran(in Batch batch, long started, long decodeTicks, int tokens, int paddedTokens)
    {
        if (_caller is null) return;
        long ended = Stopwatch.GetTimestamp(), run = ended - started - decodeTicks;
        Interlocked.Add(ref _run, run);
        Interlocked.Add(ref _decode, decodeTicks);
        if ((Interlocked.Increment(ref _batches) - 1) % Every != 0) return;
        // Between the rows of a batch that runs row by row there is decoding too: shown as if it came after them.
        var end = DateTime.UtcNow;
        var decoding = end - Stopwatch.GetElapsedTime(0, decodeTicks);
        using (var span = Source.StartActivity("run", ActivityKind.Internal, _caller.Context, startTime: decoding - Stopwatch.GetElapsedTime(0, run)))
        {
            span?.SetTag("batchinfer.rows", batch.End - batch.Start);
            span?.SetTag("batchinfer.tokens", tokens);
            span?.SetTag("batchinfer.tokens.padded", paddedTokens);
            span?.SetEndTime(decoding);
        }

        using var decode = Source.StartActivity("decode", ActivityKind.Internal, _caller.Context, startTime: decoding);
        decode?.SetTag("batchinfer.rows", batch.End - batch.Start);
        decode?.SetEndTime(end);
    }

    /// <summary>The call ended: its sums are added to the caller's span, which may have had other calls before.</summary>
    public void End()
    {
        if (_caller is null) return;
        _caller.SetTag("batchinfer.batches", (_caller.GetTagItem("batchinfer.batches") as long? ?? 0) + _batches);
        Add("batchinfer.tokenize.seconds", _tokenize);
        Add("batchinfer.run.seconds", _run);
        Add("batchinfer.decode.seconds", _decode);
    }

    private void Add(string tag, long ticks) =>
        _caller!.SetTag(tag, (_caller.GetTagItem(tag) as double? ?? 0) + Stopwatch.GetElapsedTime(0, ticks).TotalSeconds);
}
