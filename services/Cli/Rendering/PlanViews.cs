using BatchInfer.Contracts;

namespace BatchInfer.Cli.Rendering;

/// <summary>A plan as a table; what it could not tell as sentences on standard error.</summary>
internal static class PlanViews
{
    private const string Unknown = "unknown";

    public static void Write(CliEnvironment env, JobPlan plan)
    {
        var table = new TableView("plan", $"{plan.Model} ({ModelReference.Abbreviate(plan.Revision)})")
            .Add("task", $"{plan.Task} {plan.Parameters.ToJsonString()}")
            .Add("file", plan.FileId)
            .Add("records", Numbers.Count(plan.Records))
            .Add("malformed", Numbers.Count(plan.Malformed))
            .Add("distinct", Numbers.Count(plan.Distinct))
            .Add("already predicted", plan.AlreadyPredicted is { } known ? Numbers.Count(known) : Unknown)
            .Add("to compute", Numbers.Count(plan.ToCompute))
            .Add("tokens", Tokens(plan))
            .Add("workers", Numbers.Count(plan.Workers))
            .Add("measured", plan.Pace is { } pace
                ? $"{Numbers.Rate(pace.RecordsPerWorkerSecond)} records/s, {Numbers.Rate(pace.TokensPerWorkerSecond)} tokens/s per worker, on {Numbers.Count(pace.Records)} records"
                : "nothing yet")
            .Add("time", plan.Seconds is { } seconds ? $"about {Numbers.Duration(Math.Ceiling(seconds))}" : Unknown)
            .Add("worker-hours", plan.WorkerHours is { } hours ? $"about {hours.ToString("0.####", System.Globalization.CultureInfo.InvariantCulture)}" : Unknown);
        table.Write(env);
        foreach (string note in plan.Notes) env.Say(note);
    }

    private static string Tokens(JobPlan plan) => plan.TokensFrom switch
    {
        null => Unknown,
        TokenSource.Counted => Numbers.Count(plan.Tokens!.Value),
        TokenSource.Sample => $"about {Numbers.Count(plan.Tokens!.Value)}, by a sample of the corpus",
        _ => $"about {Numbers.Count(plan.Tokens!.Value)}, by the records of earlier jobs",
    };
}
