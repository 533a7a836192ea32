using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer files upload|list|delete`.</summary>
internal static class FilesCommand
{
    public static Command Create(CliEnvironment env) =>
        new("files", "Corpora on a server") { Upload(env), List(env), Delete(env) };

    private static Command Upload(CliEnvironment env)
    {
        var path = new Argument<string>("file") { Description = "Corpus to upload, or - for standard input; or the address of an object: s3://, az:// or https://" };
        var format = new Option<string?>("--format") { Description = "jsonl, csv or text [by the file's name]", HelpName = "format" };
        var command = RemoteCommand.Create(env, "upload", "Stores a corpus; equal bytes get the same id", async (call, ct) =>
        {
            string name = call.Parsed.GetRequiredValue(path);
            InputFile.Check(name);
            var file = await new InputFile(name, InputFormat.Resolve(call.Parsed.GetValue(format), name)).UploadAsync(call.Client, env, ct);
            if (call.Json) env.WriteJson(file);
            else env.Out.WriteLine(SafeText.Clean(file.Id));
            return ExitCodes.Done;
        });
        command.Add(path);
        command.Add(format);
        return command;
    }

    private static Command List(CliEnvironment env)
    {
        var limit = CommonOptions.Limit(100);
        var command = RemoteCommand.Create(env, "list", "Lists stored corpora", async (call, ct) =>
        {
            var table = new TableView("id", "name", "format", "size", "stored");
            await foreach (var file in call.Client.ReadFilesAsync(call.Parsed.GetValue(limit), ct))
            {
                if (call.Json) env.WriteJson(file);
                else table.Add(file.Id, file.Filename, BatchInferClient.FormatName(file.Format), Numbers.Bytes(file.Bytes), Numbers.Time(file.CreatedAt));
            }

            if (!call.Json) table.Write(env);
            return ExitCodes.Done;
        });
        command.Add(limit);
        return command;
    }

    private static Command Delete(CliEnvironment env)
    {
        var ids = new Argument<string[]>("id") { Description = "Ids of the corpora", Arity = ArgumentArity.OneOrMore };
        var command = RemoteCommand.Create(env, "delete", "Removes corpora; predictions made of them stay", async (call, ct) =>
        {
            foreach (string id in call.Parsed.GetRequiredValue(ids))
            {
                await call.Client.DeleteFileAsync(id, ct);
                if (call.Json) env.WriteJson(new { id, deleted = true });
            }

            return ExitCodes.Done;
        });
        command.Add(ids);
        return command;
    }
}
