using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>The corpus named by `--input`: a file, or `-` for standard input.</summary>
internal sealed record InputFile(string Path, RecordFormat Format)
{
    public const string StandardInput = "-";

    /// <summary>Checks early that it can be read, so that nothing is started for a name mistyped.</summary>
    public static void Check(string path)
    {
        if (path == StandardInput) return;
        if (Directory.Exists(path)) throw CliException.BadInput($"--input '{path}' is a folder; name a file.");
        if (!File.Exists(path)) throw CliException.BadInput($"--input '{path}' does not exist.");
    }

    public async Task<FileResource> UploadAsync(BatchInferClient client, CliEnvironment env, CancellationToken ct)
    {
        await using var content = Open(env);
        string name = Path == StandardInput ? $"stdin.{BatchInferClient.FormatName(Format)}" : System.IO.Path.GetFileName(Path);
        return await client.UploadFileAsync(content, name, Format, ct);
    }

    private Stream Open(CliEnvironment env)
    {
        if (Path == StandardInput) return env.In();
        try
        {
            return new FileStream(Path, new FileStreamOptions { Options = FileOptions.Asynchronous | FileOptions.SequentialScan, BufferSize = 0 });
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"--input cannot be read: {e.Message}");
        }
    }
}
