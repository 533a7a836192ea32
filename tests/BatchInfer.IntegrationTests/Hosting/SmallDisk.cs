using System.Diagnostics;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>A file system of a given size, in memory, to fill up. Needs the right to mount: a test is skipped without it.</summary>
internal sealed class SmallDisk : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();

    private SmallDisk() => Directory.CreateDirectory(Path);

    public string Path => _folder["disk"];

    private string Filler => System.IO.Path.Combine(Path, "filler");

    /// <summary>Whether one can be mounted here.</summary>
    public static async Task<bool> IsPossibleAsync()
    {
        if (await TryMountAsync(megabytes: 1) is not { } disk) return false;
        await disk.DisposeAsync();
        return true;
    }

    public static async Task<SmallDisk> MountAsync(int megabytes)
    {
        var disk = await TryMountAsync(megabytes);
        Assert.SkipWhen(disk is null, "This test fills a file system of its own, and may not mount one here.");
        return disk;
    }

    /// <summary>Takes all the room that is left.</summary>
    public void Fill()
    {
        using var file = new FileStream(Filler, FileMode.Append, FileAccess.Write, FileShare.None, bufferSize: 0);
        foreach (int size in (int[])[1 << 20, 1 << 16, 1 << 12])
        {
            byte[] block = new byte[size];
            try
            {
                while (true) file.Write(block);
            }
            catch (IOException)
            {
                // Full for a block of this size.
            }
        }
    }

    /// <summary>Gives the room back.</summary>
    public void MakeRoom() => File.Delete(Filler);

    /// <summary>From now on nothing can be written; nothing may be open for writing.</summary>
    public async Task MakeReadOnlyAsync() => Assert.True(await MountAsync("-o", "remount,ro", Path));

    public async ValueTask DisposeAsync()
    {
        await RunAsync("umount", Path);
        _folder.Dispose();
    }

    private static async Task<SmallDisk?> TryMountAsync(int megabytes)
    {
        var disk = new SmallDisk();
        // For everybody: a PostgreSQL on it runs as a user of its own.
        if (OperatingSystem.IsLinux() && await MountAsync("-t", "tmpfs", "-o", $"size={megabytes}m,mode=1777", "batchinfer-test", disk.Path)) return disk;
        disk._folder.Dispose();
        return null;
    }

    private static Task<bool> MountAsync(params string[] arguments) => RunAsync("mount", arguments);

    private static async Task<bool> RunAsync(string command, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true, RedirectStandardOutput = true })!;
            await process.WaitForExitAsync();
            return process.ExitCode == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false; // no such command
        }
    }
}
