using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer plan`.</summary>
internal static class PlanCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Folder of a model, to plan a 'run' here; or the name of one on a server", Required = true, HelpName = "folder-or-name" };
        var (corpus, job) = (new CorpusOptions(), new JobOptions());
        var (server, data, json) = (ServerOption.Create(), Folders.CreateData(), CommonOptions.Json());
        var command = new Command("plan", "Says what a job would compute and take, before it is run; computes nothing") { model };
        corpus.AddTo(command);
        job.AddTo(command);
        foreach (Option option in (Option[])[server, data, json]) command.Add(option);
        command.SetAction(async (parsed, ct) =>
        {
            corpus.Check(parsed);
            string named = parsed.GetRequiredValue(model);
            var request = job.Read(parsed);
            if (parsed.GetValue(server) is null && ModelArgument.IsFolder(named))
            {
                var here = ModelArgument.Resolve(named, "");
                await using var embedded = await env.StartServer(here.Alone(Folders.Data(env, parsed.GetValue(data))) with { Arguments = corpus.Settings(parsed) }, ct);
                using var local = new BatchInferClient(embedded.Address);
                return await PlanAsync(local, request with { Model = (await ServedModels.FindAsync(local, here, ct)).Id });
            }

            using var client = ServerOption.Connect(env, parsed.GetValue(server));
            return await PlanAsync(client, request with { Model = named });

            async Task<int> PlanAsync(BatchInferClient client, JobRequest request)
            {
                var plan = await client.PlanJobAsync(request with { Input = await corpus.UploadAsync(parsed, job, client, env, ct) }, ct);
                if (parsed.GetValue(json)) env.WriteJson(plan);
                else PlanViews.Write(env, plan);
                return ExitCodes.Done;
            }
        });
        return command;
    }
}
