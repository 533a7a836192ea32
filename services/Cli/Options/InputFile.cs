using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.Cli.Options;

/// <summary>The corpus named by `--input`: a file, `-` for standard input, or the address of an object that the server reads.</summary>
internal sealed record InputFile(string Path, RecordFormat Format)
{
    public const string StandardInput = "-";

    /// <summary>Checks early that it can be read, so that nothing is started for a name mistyped.</summary>
    public static void Check(string path)
    {
        if (path == StandardInput) return;
        if (ObjectAddress.IsOne(path))
        {
            if (!ObjectAddress.TryParse(path, out _, out string? problem)) throw CliException.BadInput($"--input '{path}': {problem}");
            return;
        }

        if (Directory.Exists(path)) throw CliException.BadInput($"--input '{path}' is a folder; name a file.");
        if (!File.Exists(path)) throw CliException.BadInput($"--input '{path}' does not exist.");
    }

    /// <summary>Settings of a server in this process that reads the object named here: what this user's credentials may read, this user may.</summary>
    public IReadOnlyList<string> Settings() => ObjectAddress.IsOne(Path) && ObjectAddress.TryParse(Path, out var address, out _)
        ?
        [
            $"--{ObjectStorageOptions.Section}:Allow:0={address.Shown}",
            $"--{ObjectStorageOptions.Section}:AllowPrivateNetworks=true",
            $"--{ObjectStorageOptions.Section}:AllowPlainHttp={address.Scheme == ObjectScheme.Http}",
        ]
        : [];

    public async Task<FileResource> UploadAsync(BatchInferClient client, CliEnvironment env, CancellationToken ct)
    {
        if (ObjectAddress.IsOne(Path)) return await client.AddFileAsync(new FileAddress(Path, Format), ct);
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
