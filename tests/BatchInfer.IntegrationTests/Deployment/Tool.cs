using System.Diagnostics;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>Programs that may be on the machine.</summary>
internal static class Tool
{
    public static string? Find(string name) =>
        Environment.GetEnvironmentVariable("PATH")?.Split(':').Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <summary>Runs one to its end.</summary>
    /// <returns>Its exit code, and what it wrote.</returns>
    public static async Task<(int Exit, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct, string? folder = null)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder ?? Repository.Root,
        })!;
        var (output, error) = (process.StandardOutput.ReadToEndAsync(ct), process.StandardError.ReadToEndAsync(ct));
        await process.WaitForExitAsync(ct);
        string text = await output, trouble = await error;
        return (process.ExitCode, process.ExitCode == 0 ? text : text + trouble);
    }
}
