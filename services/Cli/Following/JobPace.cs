using BatchInfer.Contracts;

namespace BatchInfer.Cli.Following;

/// <summary>
/// How fast a job goes while this process looks on. The server's figures count from the job's start, pauses and restarts included;
/// someone who continues a run wants to know how fast it goes now.
/// </summary>
internal sealed class JobPace(JobResource first, TimeProvider time)
{
    private readonly long _start = time.GetTimestamp();
    private readonly long _doneBefore = Done(first.Counts);
    private readonly long _tokensBefore = first.Counts.Tokens;

    public static long Done(JobCounts counts) => counts.Computed + counts.Cached + counts.Failed;

    public double Seconds => time.GetElapsedTime(_start).TotalSeconds;

    public double RecordsPerSecond(JobCounts counts) => PerSecond(Done(counts) - _doneBefore);

    public double TokensPerSecond(JobCounts counts) => PerSecond(counts.Tokens - _tokensBefore);

    /// <summary>Seconds left at this pace; null while the total is not known or nothing has moved.</summary>
    public double? Eta(JobResource job)
    {
        double rate = RecordsPerSecond(job.Counts);
        return job.Status is JobStatus.Running && rate > 0 ? (job.Counts.Total - Done(job.Counts)) / rate : null;
    }

    private double PerSecond(long count) => Seconds is > 0 and var seconds ? count / seconds : 0;
}
