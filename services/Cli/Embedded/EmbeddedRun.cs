using BatchInfer.Cli.Exporting;
using BatchInfer.Cli.Following;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>`run`: a server in this process, one job, its predictions.</summary>
internal sealed class EmbeddedRun(CliEnvironment env, RunRequest run)
{
    private const int SampleCount = 10;

    public async Task<int> ExecuteAsync(CancellationToken ct)
    {
        try
        {
            await using var server = await env.StartServer(run.Model.Alone(run.DataFolder) with { Arguments = run.Input.Settings() }, ct);
            using var client = new BatchInferClient(server.Address);
            return await ExecuteAsync(client, ct);
        }
        // A signal reaches the embedded server too, so a call may break for that reason before its token is seen.
        catch (Exception e) when (ct.IsCancellationRequested && (e is OperationCanceledException || Failures.Describe(e) is not null))
        {
            throw new CliException("Stopped. What is predicted is stored: running the same command again continues.", ExitCodes.Interrupted);
        }
    }

    private async Task<int> ExecuteAsync(BatchInferClient client, CancellationToken ct)
    {
        var model = await ServedModels.FindAsync(client, run.Model, ct);
        var file = await run.Input.UploadAsync(client, env, ct);
        var job = await AttachOrSubmitAsync(client, model, file, ct);
        var pace = new JobPace(job, env.Time);
        job = await new JobProgress(env, run.Json).FollowAsync(client, job, pace, ct);
        var totals = new RunTotals(job, pace);
        if (job.Status is not JobStatus.Completed)
        {
            var errors = await RunErrors.ReadAsync(client, job, SampleCount, ct);
            if (run.Json) RunViews.WriteJson(env, totals, null, RunErrors.AsSamples(errors));
            JobViews.SayOutcome(env, job);
            if (!run.Json) RunErrors.Show(env, run, job, errors);
            return ExitCodes.Failed;
        }

        await ShowAsync(client, totals, ct);
        return JobViews.ExitCodeOf(job);
    }

    private async Task<JobResource> AttachOrSubmitAsync(BatchInferClient client, ModelResource model, FileResource file, CancellationToken ct)
    {
        var metadata = new Dictionary<string, string>(run.Job.Metadata ?? new Dictionary<string, string>(), StringComparer.Ordinal)
        {
            [JobAttachment.FormatKey] = BatchInferClient.FormatName(run.Input.Format),
        };
        var request = run.Job with
        {
            Model = ServedModels.NameOf(model),
            Input = new JobInput { FileId = file.Id, Format = run.Input.Format },
            Metadata = metadata,
        };
        if (await JobAttachment.FindAsync(client, request, model, ct) is not { } unfinished)
            return await client.SubmitJobAsync(request, idempotencyKey: null, ct);

        if (!run.Json) env.Say($"Continuing job {unfinished.Id}, {Numbers.Count(JobPace.Done(unfinished.Counts))} records of which are done.");
        return unfinished;
    }

    private async Task ShowAsync(BatchInferClient client, RunTotals totals, CancellationToken ct)
    {
        if (run.Output is null)
        {
            var samples = await SamplesAsync(client, totals.Job.Id, ct);
            if (run.Json) RunViews.WriteJson(env, totals, null, samples);
            else RunViews.WriteTables(env, totals, samples);
            return;
        }

        await run.Output.WriteAsync((stream, c) => ExportFile.CopyAsync(client, totals.Job.Id, run.Export, stream, c), ct);
        bool outIsTaken = run.Output.IsStandardOutput;
        if (run.Json && !outIsTaken) RunViews.WriteJson(env, totals, run.Output.Name, []);
        else env.Say(RunViews.Describe(totals) + (outIsTaken ? "" : $" Written to {run.Output.Name}."));
    }

    private static async Task<IReadOnlyList<RunSample>> SamplesAsync(BatchInferClient client, Guid job, CancellationToken ct)
    {
        var lines = (await client.ListPredictionsAsync(job, limit: SampleCount, ct: ct)).Data;
        if (lines.Count == 0) return [];
        var found = await client.LookupAsync(new LookupRequest { JobId = job, CustomIds = [.. lines.Select(l => l.CustomId)] }, ct);
        return [.. lines.Select((line, i) => new RunSample(line, i < found.Data.Count ? found.Data[i].Input : null))];
    }
}
