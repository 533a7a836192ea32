using BatchInfer.Cli.Following;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.Standalone;

namespace BatchInfer.Cli.Embedded;

/// <summary>Runs two models on one corpus in this process, one after the other, as jobs: what is stored already is not computed again.</summary>
internal sealed class ComparedModels(CliEnvironment env, InputFile input, JobRequest request, string dataFolder, bool json)
{
    public async Task<Comparison> RunAsync(ModelArgument first, ModelArgument second, int worst, CancellationToken ct)
    {
        var folders = new Dictionary<string, string>(StringComparer.Ordinal) { [first.FolderName] = first.Folder };
        if (!folders.TryAdd(second.FolderName, second.Folder) && folders[second.FolderName] != second.Folder)
            throw CliException.BadInput($"Both models are named '{first.FolderName}'; rename the folder of one.");
        await using var server = await env.StartServer(new StandaloneSettings { DataFolder = dataFolder, Models = folders, Quiet = true, Page = false }, ct);
        using var client = new BatchInferClient(server.Address);
        ModelResource[] models = [await ServedModels.FindAsync(client, first, ct), await ServedModels.FindAsync(client, second, ct)];
        var file = await input.UploadAsync(client, env, ct);
        var jobs = new List<(JobResource Job, double Seconds)>();
        foreach (var served in models)
        {
            var job = await client.SubmitJobAsync(request with { Model = ServedModels.NameOf(served), Input = new JobInput { FileId = file.Id, Format = input.Format } }, null, ct);
            var pace = new JobPace(job, env.Time);
            job = await new JobProgress(env, json).FollowAsync(client, job, pace, ct);
            if (job.Status is not JobStatus.Completed) throw new CliException($"The job of {served.Id} is {job.Status}: {job.Message}", ExitCodes.Failed);
            jobs.Add((job, pace.Seconds));
        }

        return await Comparison.OfJobsAsync(client, jobs[0].Job, jobs[1].Job, (jobs[0].Seconds, jobs[1].Seconds), worst, ct);
    }
}
