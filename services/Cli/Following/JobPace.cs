using BatchInfer.Contracts;

namespace BatchInfer.Cli.Following;

/// <summary>
/// How fast a job goes while this process looks on. The server's figures count from the job's start, pauses and restarts included;
/// someone who continues a run wants to know how fast it goes now.
/// </summary>
internal sealed class JobPace(JobResource first, TimeProvider time)
{
    /// <summary>Two heartbeats of a worker.</summary>
    private const double LongestUnheard = 10;

    private readonly long _start = time.GetTimestamp();
    private long _reachedBefore = Reached(first.Counts);
    private long _tokensBefore = Tokens(first.Counts);

    // What workers held then was heard of with a heartbeat from before: there the pace is that from the next on.
    private bool _begun = first.Counts.Predicted == 0;
    private double _begunAt;
    private long _reached = Reached(first.Counts);
    private double _reachedAt;

    public double Seconds => time.GetElapsedTime(_start).TotalSeconds;

    /// <summary>Records that are stored.</summary>
    public static long Done(JobCounts counts) => counts.Computed + counts.Cached + counts.Failed;

    /// <summary>Records that are stored or predicted.</summary>
    public static long Reached(JobCounts counts) => Done(counts) + counts.Predicted;

    public double RecordsPerSecond(JobCounts counts)
    {
        double heard = Heard(counts) - _begunAt;
        return PerSecond(Reached(counts) - _reachedBefore, heard);
    }

    public double TokensPerSecond(JobCounts counts)
    {
        double heard = Heard(counts) - _begunAt;
        return PerSecond(Tokens(counts) - _tokensBefore, heard);
    }

    /// <summary>Seconds left at this pace; null while the total is not known or nothing has moved.</summary>
    public double? Eta(JobResource job)
    {
        var counts = job.Counts;
        double rate = RecordsPerSecond(counts);
        return job.Status is JobStatus.Running && rate > 0 ? Math.Max(0, (counts.Total - Reached(counts)) / rate - (Seconds - Heard(counts))) : null;
    }

    private static long Tokens(JobCounts counts) => counts.Tokens + counts.PredictedTokens;

    // Where a worker died there is less than before.
    private static double PerSecond(long count, double seconds) => count > 0 && seconds > 0 ? count / seconds : 0;

    /// <summary>
    /// Seconds until the counts were last heard to change. What workers hold is heard of with their heartbeats: between two of them neither
    /// does the rate fall nor the time left grow.
    /// </summary>
    private double Heard(JobCounts counts)
    {
        if (Reached(counts) != _reached)
        {
            (_reached, _reachedAt) = (Reached(counts), Seconds);
            if (!_begun) (_begun, _begunAt, _reachedBefore, _tokensBefore) = (true, Seconds, Reached(counts), Tokens(counts));
        }

        return counts.Predicted == 0 ? Seconds : Math.Max(_reachedAt, Seconds - LongestUnheard);
    }
}
