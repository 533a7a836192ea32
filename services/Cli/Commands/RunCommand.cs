using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Exporting;
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
        var output = new Option<string?>("--output", "-o") { Description = "File to write: JSON lines, CSV or Parquet by its name; - for standard output [a table of samples]", HelpName = "file" };
        var job = new JobOptions();
        var (data, models, json) = (Folders.CreateData(), Folders.CreateModels(), CommonOptions.Json());
        var command = new Command("run", "Predicts a corpus here, without a server; running again continues, and computes nothing twice") { model, input, output };
        job.AddTo(command);
        foreach (Option option in (Option[])[data, models, json]) command.Add(option);
        command.SetAction(async (parsed, ct) =>
        {
            string path = parsed.GetRequiredValue(input);
            InputFile.Check(path);
            string? target = parsed.GetValue(output);
            if (target is { Length: > 0 } and not OutputFile.StandardOutput && !ObjectAddress.IsOne(path) && OutputPlace.Of(target) == OutputPlace.Of(path))
                throw CliException.BadInput("--output names the input file; it would be overwritten.");
            var export = ExportFile.Resolve(format: null, compression: null, input: false, target ?? OutputFile.StandardOutput);
            var (named, corpus, asked) = (
                ModelArgument.Resolve(parsed.GetRequiredValue(model), Folders.Models(env, parsed.GetValue(models))),
                new InputFile(path, job.ReadFormat(parsed, path)), job.Read(parsed));
            // Last, since the reader of a pipe waits from here on.
            await using var file = target is null ? null : await OutputFile.OpenAsync(env, target, ct);
            var request = new RunRequest(named, corpus, file, export, asked, Folders.Data(env, parsed.GetValue(data)), parsed.GetValue(json));
            return await new EmbeddedRun(env, request).ExecuteAsync(ct);
        });
        return command;
    }
}
