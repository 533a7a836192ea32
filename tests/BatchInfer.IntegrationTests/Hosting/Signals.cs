using System.Diagnostics;
using System.Globalization;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Signals that .NET has no call for, by way of bash: as a program of its own, <c>kill</c> is not everywhere.</summary>
internal static class Signals
{
    public const string Terminate = "TERM", Stop = "STOP", Continue = "CONT";

    /// <summary>Sends a signal; does nothing when the process has ended.</summary>
    public static async Task SendAsync(int process, string signal)
    {
        using var kill = Process.Start(new ProcessStartInfo("bash", ["-c", "kill -\"$0\" \"$1\"", signal, process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }
}
