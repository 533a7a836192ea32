using BatchInfer.Cli.Following;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>A finished job and how fast this run saw it go.</summary>
internal sealed record RunTotals(JobResource Job, double Seconds, double RecordsPerSecond, double TokensPerSecond)
{
    public RunTotals(JobResource job, JobPace pace)
        : this(job, pace.Seconds, pace.RecordsPerSecond(job.Counts), pace.TokensPerSecond(job.Counts))
    {
    }
}
