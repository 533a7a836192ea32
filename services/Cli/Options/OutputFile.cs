using System.Net.Sockets;
using Microsoft.Win32.SafeHandles;

namespace BatchInfer.Cli.Options;

/// <summary>
/// Where `--output` writes. A file is there whole or not at all; devices, pipes and descriptors such as <c>/dev/fd/3</c> are written
/// through; `-` is standard output.
/// </summary>
internal sealed class OutputFile : IAsyncDisposable
{
    public const string StandardOutput = "-";
    public const int BufferSize = 1 << 17;

    private readonly CliEnvironment _env;
    private readonly FileStream? _through;
    private readonly UnixFileMode? _mode;

    private OutputFile(CliEnvironment env, string name, string? path = null, UnixFileMode? mode = null, FileStream? through = null) =>
        (_env, Name, Path, _mode, _through) = (env, name, path, mode, through);

    /// <summary>As it was typed, but `-` for whatever names standard output.</summary>
    public string Name { get; }

    /// <summary>The file that becomes the output, links followed; null where bytes are written through.</summary>
    public string? Path { get; }

    public bool IsStandardOutput => Name == StandardOutput;

    /// <summary>Opens what is written through, and tries what becomes a file, so that hours of work do not end in a name that cannot be written.</summary>
    /// <exception cref="CliException">It cannot be written.</exception>
    public static async Task<OutputFile> OpenAsync(CliEnvironment env, string name, CancellationToken ct)
    {
        if (name == StandardOutput) return new OutputFile(env, name);
        try
        {
            var place = OutputPlace.Of(name);
            if (place.Descriptor is { } descriptor)
                return descriptor == 1 ? new OutputFile(env, StandardOutput) : new OutputFile(env, name, through: OpenDescriptor(descriptor));
            if (Directory.Exists(place.Path)) throw CliException.BadInput($"--output '{name}' is a folder; name a file in it.");
            if (!Directory.Exists(FolderOf(place.Path))) throw CliException.BadInput($"--output '{name}': there is no folder '{FolderOf(place.Path)}'.");
            UnixFileMode? mode = null;
            if (File.Exists(place.Path))
            {
                var existing = await OpenExistingAsync(place.Path, ct);
                if (!IsRegular(existing)) return new OutputFile(env, name, through: existing);
                await using (existing) mode = OperatingSystem.IsWindows() ? null : File.GetUnixFileMode(existing.SafeFileHandle);
            }

            var file = new OutputFile(env, name, place.Path, mode);
            string temporary = file.TemporaryName();
            await file.CreateTemporary(temporary).DisposeAsync();
            File.Delete(temporary);
            return file;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw CliException.BadInput($"--output '{name}' cannot be written: {e.Message}");
        }
    }

    public async Task WriteAsync(Func<Stream, CancellationToken, Task> write, CancellationToken ct)
    {
        try
        {
            if (IsStandardOutput) await WriteThroughAsync(_env.OutBytes(), write, ct);
            else if (_through is not null) await WriteThroughAsync(_through, write, ct);
            else await ReplaceAsync(write, ct);
        }
        // What breaks on the way from the server has a sentence of its own.
        catch (IOException e) when (e is not HttpIOException && e.InnerException is not SocketException)
        {
            throw new CliException($"{(IsStandardOutput ? "Standard output" : $"'{Name}'")} could not be written: {e.Message}", ExitCodes.Failed);
        }
    }

    /// <summary>Makes a finished file beside it the output, with the mode of the one that was there.</summary>
    public void ReplaceBy(string finished)
    {
        if (_mode is { } mode && !OperatingSystem.IsWindows() && File.GetUnixFileMode(finished) != mode) File.SetUnixFileMode(finished, mode);
        File.Move(finished, Path!, overwrite: true);
    }

    public ValueTask DisposeAsync() => _through?.DisposeAsync() ?? default;

    private static async Task WriteThroughAsync(Stream target, Func<Stream, CancellationToken, Task> write, CancellationToken ct)
    {
        await using var output = new BufferedStream(target, BufferSize);
        await write(output, ct);
        await output.FlushAsync(ct);
        // A descriptor's position is shared: asking for the handle moves it, so that whoever writes next writes behind this.
        if (target is FileStream { CanSeek: true } file) _ = file.SafeFileHandle;
    }

    private async Task ReplaceAsync(Func<Stream, CancellationToken, Task> write, CancellationToken ct)
    {
        string temporary = TemporaryName();
        try
        {
            await using (var file = CreateTemporary(temporary))
            {
                await write(file, ct);
                await file.FlushAsync(ct);
                file.Flush(flushToDisk: true);
            }

            ReplaceBy(temporary);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    // Beside the output, since a rename is only atomic within one file system.
    private string TemporaryName() =>
        System.IO.Path.Combine(FolderOf(Path!), $".{System.IO.Path.GetFileName(Path)}.{System.IO.Path.GetRandomFileName()}.tmp");

    private FileStream CreateTemporary(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous, BufferSize = BufferSize };
        // From the first byte on: what others may not read of the file, they may not read while it is written.
        if (_mode is { } mode && !OperatingSystem.IsWindows()) options.UnixCreateMode = mode;
        return new FileStream(path, options);
    }

    // Opening a named pipe waits for its reader, and no token ends that wait: it is left behind.
    private static Task<FileStream> OpenExistingAsync(string path, CancellationToken ct) =>
        Task.Run(() => new FileStream(path, new FileStreamOptions { Mode = FileMode.Open, Access = FileAccess.Write, Share = FileShare.ReadWrite | FileShare.Delete, BufferSize = 0 }), ct)
            .WaitAsync(ct);

    private static FileStream OpenDescriptor(int number)
    {
        var handle = new SafeFileHandle(number, ownsHandle: false);
        // Fails where there is none of that number.
        if (!OperatingSystem.IsWindows()) _ = File.GetUnixFileMode(handle);
        return new FileStream(handle, FileAccess.Write, bufferSize: 0);
    }

    /// <summary>Whether it is a file and no device. Devices have no length, and none can be given to them.</summary>
    private static bool IsRegular(FileStream file)
    {
        if (!file.CanSeek) return false;
        if (file.Length > 0) return true;
        try
        {
            file.SetLength(0);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }

    private static string FolderOf(string path) => System.IO.Path.GetDirectoryName(path) ?? "/";
}
