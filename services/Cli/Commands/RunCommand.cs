using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Corpus;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer run`.</summary>
internal static class RunCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Folder of a model, or its name in the models folder", Required = true, HelpName = "folder-or-name" };
        var input = new Option<string>("--input") { Description = "Corpus (JSONL, CSV or text; .gz too), or - for standard input, or its address: s3://, az:// or https://", Required = true, HelpName = "file-or-url" };
        var output = new Option<string?>("--output", "-o") { Description = "JSON lines to write, - for standard output [a table of samples]", HelpName = "file" };
        var job = new JobOptions();
        var (data, models, json) = (Folders.CreateData(), Folders.CreateModels(), CommonOptions.Json());
        var command = new Command("run", "Predicts a corpus here, without a server; running again continues, and computes nothing twice") { model, input, output };
        job.AddTo(command);
        foreach (Option option in (Option[])[data, models, json]) command.Add(option);
        command.SetAction((parsed, ct) =>
        {
            string path = parsed.GetRequiredValue(input);
            InputFile.Check(path);
            string? target = parsed.GetValue(output);
            if (target is not null) OutputFile.Check(target);
            if (target is not null and not "-" && !ObjectAddress.IsOne(path) && Path.GetFullPath(target) == Path.GetFullPath(path))
                throw CliException.BadInput("--output names the input file; it would be overwritten.");
            var request = new RunRequest(
                ModelArgument.Resolve(parsed.GetRequiredValue(model), Folders.Models(env, parsed.GetValue(models))),
                new InputFile(path, job.ReadFormat(parsed, path)), target, job.Read(parsed), Folders.Data(env, parsed.GetValue(data)), parsed.GetValue(json));
            return new EmbeddedRun(env, request).ExecuteAsync(ct);
        });
        return command;
    }
}
