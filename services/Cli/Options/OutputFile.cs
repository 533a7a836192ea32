using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>Where `--output` writes: a file that is there whole or not at all, or `-` for standard output.</summary>
internal static class OutputFile
{
    public const string StandardOutput = "-";
    public const int BufferSize = 1 << 17;

    /// <summary>Checks early that it can be written, so that hours of work do not end in a wrong name.</summary>
    public static void Check(string path)
    {
        if (path == StandardOutput) return;
        if (Directory.Exists(path)) throw CliException.BadInput($"--output '{path}' is a folder; name a file in it.");
        if (!Directory.Exists(FolderOf(path))) throw CliException.BadInput($"--output '{path}': there is no folder '{FolderOf(path)}'.");
    }

    public static Task WritePredictionsAsync(CliEnvironment env, BatchInferClient client, Guid job, string path, CancellationToken ct) =>
        WriteAsync(env, path, async (target, c) =>
        {
            await using var lines = await client.OpenPredictionsAsync(job, c);
            await lines.CopyToAsync(target, BufferSize, c);
        }, ct);

    public static async Task WriteAsync(CliEnvironment env, string path, Func<Stream, CancellationToken, Task> write, CancellationToken ct)
    {
        if (path == StandardOutput)
        {
            await using var output = new BufferedStream(env.OutBytes(), BufferSize);
            await write(output, ct);
            await output.FlushAsync(ct);
            return;
        }

        // Beside the output, since a rename is only atomic within one file system.
        string temporary = Path.Combine(FolderOf(path), $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            await using (var file = new FileStream(temporary, new FileStreamOptions
            {
                Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = BufferSize,
            }))
            {
                await write(file, ct);
                await file.FlushAsync(ct);
                file.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    private static string FolderOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
}
