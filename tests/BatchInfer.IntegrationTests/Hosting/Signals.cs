using System.Diagnostics;
using System.Globalization;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Signals that .NET has no call for, by way of the command <c>kill</c>.</summary>
internal static class Signals
{
    public const string Terminate = "TERM", Stop = "STOP", Continue = "CONT";

    /// <summary>Sends a signal; does nothing when the process has ended.</summary>
    public static async Task SendAsync(int process, string signal)
    {
        using var kill = Process.Start(new ProcessStartInfo("kill", ["-" + signal, process.ToString(CultureInfo.InvariantCulture)]) { RedirectStandardError = true })!;
        await kill.WaitForExitAsync();
    }
}
