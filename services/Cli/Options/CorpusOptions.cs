using System.CommandLine;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>`--input` and `--file-id`: the corpus of a job on a server, to be uploaded or uploaded before.</summary>
internal sealed class CorpusOptions
{
    private readonly Option<string?> _input = new("--input") { Description = "Corpus to upload, or - for standard input; or the address of an object that the server reads: s3://, az:// or https://", HelpName = "file-or-url" };
    private readonly Option<string?> _fileId = new("--file-id") { Description = "Id of a corpus uploaded before", HelpName = "id" };

    public void AddTo(Command command)
    {
        command.Add(_input);
        command.Add(_fileId);
    }

    /// <summary>Checks what can be known wrong before anything is started.</summary>
    public void Check(ParseResult parsed)
    {
        if ((parsed.GetValue(_input) is null) == (parsed.GetValue(_fileId) is null)) throw CliException.BadInput("Name the corpus with one of --input and --file-id.");
        if (parsed.GetValue(_input) is { } path) InputFile.Check(path);
    }

    /// <summary>Settings of a server in this process that has to read it.</summary>
    public IReadOnlyList<string> Settings(ParseResult parsed) => parsed.GetValue(_input) is { } path ? new InputFile(path, default).Settings() : [];

    /// <summary>The corpus for a job, uploaded where it is a file here.</summary>
    public async Task<JobInput> UploadAsync(ParseResult parsed, JobOptions job, BatchInferClient client, CliEnvironment env, CancellationToken ct)
    {
        Check(parsed);
        if (parsed.GetValue(_fileId) is { } id) return new JobInput { FileId = id, Format = job.ReadSaidFormat(parsed) };
        string path = parsed.GetValue(_input)!;
        var format = job.ReadFormat(parsed, path);
        return new JobInput { FileId = (await new InputFile(path, format).UploadAsync(client, env, ct)).Id, Format = format };
    }
}
