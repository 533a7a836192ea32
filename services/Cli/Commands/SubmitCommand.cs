using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer submit`.</summary>
internal static class SubmitCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Name of the model; 'batchinfer models' lists them", Required = true, HelpName = "name" };
        var input = new Option<string?>("--input") { Description = "Corpus to upload, or - for standard input", HelpName = "file" };
        var fileId = new Option<string?>("--file-id") { Description = "Id of a corpus uploaded before", HelpName = "id" };
        var key = new Option<string?>("--idempotency-key") { Description = "Submitting twice with one key makes one job", HelpName = "key" };
        var watch = new Option<bool>("--watch") { Description = "Follow the job to its end" };
        var job = new JobOptions();
        var command = RemoteCommand.Create(env, "submit", "Sends a job to a server", async (call, ct) =>
        {
            var parsed = call.Parsed;
            var request = job.Read(parsed) with { Model = parsed.GetRequiredValue(model) };
            var source = await InputAsync(parsed.GetValue(input), parsed.GetValue(fileId));
            var submitted = await call.Client.SubmitJobAsync(request with { Input = source }, parsed.GetValue(key), ct);
            if (parsed.GetValue(watch)) return await WatchCommand.FollowAsync(env, call.Client, submitted, call.Json, ct);

            if (call.Json) env.WriteJson(submitted);
            else env.Out.WriteLine(submitted.Id);
            if (env.OutIsTerminal && !call.Json) env.Say($"Follow it with: batchinfer watch {submitted.Id}");
            return ExitCodes.Done;

            async Task<JobInput> InputAsync(string? path, string? id)
            {
                if ((path is null) == (id is null)) throw CliException.BadInput("Name the corpus with one of --input and --file-id.");
                if (id is not null) return new JobInput { FileId = id, Format = job.ReadSaidFormat(parsed) };
                InputFile.Check(path!);
                var format = job.ReadFormat(parsed, path!);
                return new JobInput { FileId = (await new InputFile(path!, format).UploadAsync(call.Client, env, ct)).Id, Format = format };
            }
        });
        foreach (Option option in (Option[])[model, input, fileId]) command.Add(option);
        job.AddTo(command);
        command.Add(key);
        command.Add(watch);
        return command;
    }
}
