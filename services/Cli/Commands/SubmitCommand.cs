using System.CommandLine;
using BatchInfer.Cli.Options;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer submit`.</summary>
internal static class SubmitCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Name of the model; 'batchinfer models' lists them", Required = true, HelpName = "name" };
        var key = new Option<string?>("--idempotency-key") { Description = "Submitting twice with one key makes one job", HelpName = "key" };
        var watch = new Option<bool>("--watch") { Description = "Follow the job to its end" };
        var (corpus, job) = (new CorpusOptions(), new JobOptions());
        var command = RemoteCommand.Create(env, "submit", "Sends a job to a server", async (call, ct) =>
        {
            var parsed = call.Parsed;
            var request = job.Read(parsed) with { Model = parsed.GetRequiredValue(model) };
            var source = await corpus.UploadAsync(parsed, job, call.Client, env, ct);
            var submitted = await call.Client.SubmitJobAsync(request with { Input = source }, parsed.GetValue(key), ct);
            if (parsed.GetValue(watch)) return await WatchCommand.FollowAsync(env, call.Client, submitted, call.Json, ct);

            if (call.Json) env.WriteJson(submitted);
            else env.Out.WriteLine(submitted.Id);
            if (env.OutIsTerminal && !call.Json) env.Say($"Follow it with: batchinfer watch {submitted.Id}");
            return ExitCodes.Done;
        });
        command.Add(model);
        corpus.AddTo(command);
        job.AddTo(command);
        command.Add(key);
        command.Add(watch);
        return command;
    }
}
