using BatchInfer.Cli.Following;
using BatchInfer.Contracts;
using Spectre.Console;

namespace BatchInfer.Cli.Rendering;

/// <summary>Follows a job to its end: a progress bar where standard error is a terminal, now and then a line where it is not.</summary>
internal sealed class JobProgress(CliEnvironment env, bool silent)
{
    private const int BarWidth = 60;
    private static readonly TimeSpan LineEvery = TimeSpan.FromSeconds(10);

    public async Task<JobResource> FollowAsync(BatchInferClient client, JobResource job, JobPace pace, CancellationToken ct)
    {
        var follower = new JobFollower(client, env.Time);
        if (silent) return await follower.FollowAsync(job, (_, _) => { }, ct);
        if (!env.ErrorIsTerminal) return await WithLinesAsync(follower, job, pace, ct);
        return await WithBarAsync(follower, job, pace, ct);
    }

    /// <summary>What stands below the bar: the figures, and what the job waits for.</summary>
    internal static string Below(JobResource job, JobPace pace, string? hindrance) =>
        hindrance is not null ? $"{Describe(job, pace)}\n{SafeText.Clean(hindrance)}" : Describe(job, pace);

    /// <summary>How far it is and how fast it goes.</summary>
    internal static string Describe(JobResource job, JobPace pace)
    {
        var counts = job.Counts;
        string total = job.Status is JobStatus.Validating or JobStatus.Planning ? Numbers.Count(counts.Total) + "+" : Numbers.Count(counts.Total);
        string eta = pace.Eta(job) is { } seconds ? Numbers.Duration(seconds) : "–";
        return $"{Numbers.Count(JobPace.Reached(counts))}/{total} records, {Numbers.Rate(pace.RecordsPerSecond(counts))} records/s, "
            + $"{Numbers.Rate(pace.TokensPerSecond(counts))} tokens/s, {Numbers.Count(counts.Cached)} cached, {Numbers.Count(counts.Failed)} failed, ETA {eta}";
    }

    private async Task<JobResource> WithBarAsync(JobFollower follower, JobResource job, JobPace pace, CancellationToken ct)
    {
        string figures = Below(job, pace, null);
        // The figures stand below the bar: beside it they would not fit a terminal of 80 columns.
        var progress = env.ErrorConsole().Progress().AutoClear(true)
            .Columns(new ProgressBarColumn { Width = BarWidth }, new PercentageColumn(), new SpinnerColumn())
            .UseRenderHook((bar, _) => new Rows(bar, new Text(figures)));
        return await progress.StartAsync(async context =>
        {
            var task = context.AddTask("records");
            return await follower.FollowAsync(job, Show, ct);

            void Show(JobResource now, string? hindrance)
            {
                figures = Below(now, pace, hindrance);
                // A total that planning still raises would make the bar run backwards.
                task.IsIndeterminate = now.Counts.Total == 0 || now.Status is JobStatus.Validating or JobStatus.Planning;
                task.MaxValue = Math.Max(1, now.Counts.Total);
                task.Value = JobPace.Reached(now.Counts);
            }
        });
    }

    private async Task<JobResource> WithLinesAsync(JobFollower follower, JobResource job, JobPace pace, CancellationToken ct)
    {
        long last = env.Time.GetTimestamp();
        string? said = null;
        return await follower.FollowAsync(job, Show, ct);

        void Show(JobResource now, string? hindrance)
        {
            if (hindrance is not null && hindrance != said) env.Say(said = hindrance);
            if (env.Time.GetElapsedTime(last) < LineEvery) return;
            last = env.Time.GetTimestamp();
            env.Say(Describe(now, pace));
        }
    }
}
