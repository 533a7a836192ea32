using System.Diagnostics;
using System.Security.Cryptography;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary>Servers that npm has, at the versions of <c>tests/ObjectStores/package-lock.json</c>, installed once into a cache folder.</summary>
internal static class NodeServers
{
    private static readonly string[] Files = ["package.json", "package-lock.json"];

    /// <summary>Installs them where they are not yet; skips the test where that cannot be.</summary>
    /// <returns>The folder of their commands.</returns>
    public static async Task<string> InstallAsync(CancellationToken ct)
    {
        string source = Path.Combine(Repository.Root, "tests", "ObjectStores");
        string digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, Files[1]), ct)))[..16];
        string cache = Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } set ? set : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache");
        string folder = Directory.CreateDirectory(Path.Combine(cache, "batchinfer-tests", $"object-stores-{digest}")).FullName;
        string commands = Path.Combine(folder, "node_modules", ".bin"), done = Path.Combine(folder, "installed");
        await using var alone = await LockAsync(Path.Combine(folder, "lock"), ct);
        if (File.Exists(done)) return commands;
        foreach (string file in Files) File.Copy(Path.Combine(source, file), Path.Combine(folder, file), overwrite: true);
        try
        {
            // Every package is held to the digest in the lock file, and runs no script of its own.
            var start = new ProcessStartInfo("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            {
                WorkingDirectory = folder, RedirectStandardError = true, RedirectStandardOutput = true,
            };
            using var npm = Process.Start(start)!;
            var (output, errors) = (npm.StandardOutput.ReadToEndAsync(ct), npm.StandardError.ReadToEndAsync(ct));
            await npm.WaitForExitAsync(ct);
            Assert.SkipWhen(npm.ExitCode != 0, $"npm cannot install the object stores here: {await errors}{await output}");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            Assert.Skip($"There is no npm, which brings the object stores: {e.Message}");
        }

        await File.WriteAllTextAsync(done, "", ct);
        return commands;
    }

    private static async Task<FileStream> LockAsync(string path, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                // Another run installs them.
                await timer.WaitForNextTickAsync(ct);
            }
        }
    }
}
