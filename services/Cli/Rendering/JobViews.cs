using System.Globalization;
using BatchInfer.Cli.Following;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Rendering;

/// <summary>Jobs as tables and sentences.</summary>
internal static class JobViews
{
    public static string Name(JobStatus status) => status.ToString().ToLowerInvariant();

    public static void WriteList(CliEnvironment env, IEnumerable<JobResource> jobs)
    {
        var table = new TableView("id", "status", "model", "task", "records", "done", "failed", "created");
        foreach (var job in jobs)
        {
            table.Add(job.Id.ToString(), Name(job.Status), job.Model, job.Task, Numbers.Count(job.Counts.Total),
                Numbers.Count(JobPace.Reached(job.Counts)), Numbers.Count(job.Counts.Failed), Numbers.Time(job.CreatedAt));
        }

        table.Write(env);
    }

    public static void WriteOne(CliEnvironment env, JobResource job)
    {
        var table = new TableView("job", job.Id.ToString())
            .Add("status", Name(job.Status))
            .Add("model", $"{job.Model} ({ModelReference.Abbreviate(job.Revision)})")
            .Add("task", $"{job.Task} {job.Parameters.ToJsonString()}")
            .Add("file", job.FileId)
            .Add("records", Numbers.Count(job.Counts.Total))
            .Add("computed", Numbers.Count(job.Counts.Computed))
            .Add("cached", $"{Numbers.Count(job.Counts.Cached)}, of them {Numbers.Count(job.Counts.Duplicates)} duplicates")
            .Add("failed", Numbers.Count(job.Counts.Failed))
            .Add("shards", $"{Numbers.Count(job.Counts.ShardsPersisted)} of {Numbers.Count(job.Counts.Shards)}")
            .Add("tokens", Numbers.Count(job.Counts.Tokens))
            .Add("records/s", Rate(job, job.Throughput.RecordsPerSecond))
            .Add("tokens/s", Rate(job, job.Throughput.TokensPerSecond));
        if (job.Counts.Predicted > 0) table.Add("predicted", $"{Numbers.Count(job.Counts.Predicted)} more, not stored yet");
        if (job.Throughput.EtaSeconds is { } eta) table.Add("ETA", Numbers.Duration(eta));
        table.Add("created", Numbers.Time(job.CreatedAt)).Add("started", Numbers.Time(job.StartedAt)).Add("finished", Numbers.Time(job.FinishedAt));
        if (job.ExpiresAt is { } deadline) table.Add("deadline", Numbers.Time(deadline));
        if (job.ErrorThreshold is { } threshold) table.Add("error threshold", threshold is > 0 and < 1 ? Numbers.Share(threshold) : Numbers.Count((long)threshold));
        if (job.RetryOf is { } first) table.Add("retry of", first.ToString());
        if (job.Message is not null) table.Add("message", job.Message);
        foreach (var (key, value) in job.Metadata) table.Add($"metadata {key}", value);
        table.Write(env);
    }

    /// <summary>The records that have no prediction, and why.</summary>
    public static void WriteErrors(CliEnvironment env, IEnumerable<ErrorLine> rows)
    {
        var table = new TableView("line", "id", "code", "message");
        foreach (var row in rows) table.Add(row.Line.ToString(CultureInfo.InvariantCulture), row.CustomId, row.Code, row.Message);
        table.Write(env);
    }

    /// <summary>A job's id and status as one line, or the job as JSON: what a command answers that changed it.</summary>
    public static void WriteStatus(CliEnvironment env, JobResource job, bool json)
    {
        if (json) env.WriteJson(job);
        else env.Out.WriteLine($"{job.Id}\t{Name(job.Status)}");
    }

    /// <summary>Exit code of a command that saw a job to its end.</summary>
    public static int ExitCodeOf(JobResource job) => job switch
    {
        { Status: not JobStatus.Completed } => ExitCodes.Failed,
        { Counts.Failed: > 0 } => ExitCodes.ErrorRows,
        _ => ExitCodes.Done,
    };

    /// <summary>Says on standard error what a reader should know of the way a job ended.</summary>
    public static void SayOutcome(CliEnvironment env, JobResource job)
    {
        if (job.Status is JobStatus.Completed) return;
        env.Say(job switch
        {
            { Message: { } why } => $"The job is {Name(job.Status)}: {why}",
            { Status: JobStatus.Cancelled } => "The job was cancelled. What it had predicted is kept.",
            _ => $"The job is {Name(job.Status)}: the server gives no reason.",
        });
    }

    // Too short or too long a time to tell is no standstill.
    private static string Rate(JobResource job, double perSecond) => perSecond == 0 && JobPace.Reached(job.Counts) > 0 ? "–" : Numbers.Rate(perSecond);
}
