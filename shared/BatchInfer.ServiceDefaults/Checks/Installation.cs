using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;

namespace BatchInfer.ServiceDefaults;

/// <summary>Checks that every service makes of the machine it runs on.</summary>
public static partial class Installation
{
    private const long Gibibyte = 1L << 30, LeastBytes = Gibibyte / 4, FewBytes = 4 * Gibibyte;
    private static readonly TimeSpan Skew = TimeSpan.FromSeconds(2);

    /// <summary>Version of this build.</summary>
    public static string Version { get; } =
        typeof(Installation).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "unknown";

    /// <summary>Bytes free on the disk of a folder.</summary>
    public static long FreeBytes(string folder) => new DriveInfo(Path.GetFullPath(folder)).AvailableFreeSpace;

    /// <summary>Whether a server that answers is new enough.</summary>
    /// <param name="name">Name of the check.</param>
    /// <param name="where">Whose server.</param>
    /// <param name="product">What it is.</param>
    /// <param name="version">What it says of its version, with whatever stands behind the number.</param>
    /// <param name="least">The oldest that was ever tried.</param>
    public static CheckResource Server(string name, string where, string product, string version, System.Version least)
    {
        ArgumentNullException.ThrowIfNull(least);
        string detail = $"{product} {version} answers";
        return Number().Match(version ?? "") is { Success: true } number && System.Version.Parse(number.Groups["minor"].Success ? number.Value : number.Value + ".0") >= least
            ? new CheckResource(name, where, CheckState.Passed, detail)
            : new CheckResource(name, where, CheckState.Warning, detail, $"Nothing older than {product} {least} was ever tried: update it.");
    }

    /// <summary>Whether there is room on a disk.</summary>
    /// <param name="where">Whose disk.</param>
    /// <param name="free">Bytes free.</param>
    /// <param name="purpose">What they are for.</param>
    public static CheckResource Disk(string where, long free, string purpose)
    {
        string detail = string.Create(CultureInfo.InvariantCulture, $"{(double)free / Gibibyte:0.0} GiB free for {purpose}");
        return free >= FewBytes
            ? new CheckResource("disk", where, CheckState.Passed, detail)
            : new CheckResource("disk", where, free >= LeastBytes ? CheckState.Warning : CheckState.Failed, detail, "Free some room or give it a larger volume.");
    }

    /// <summary>Whether a clock is the same as here.</summary>
    /// <param name="where">Whose clock.</param>
    /// <param name="theirs">What it said.</param>
    /// <param name="asked">When it was asked, by the clock here.</param>
    /// <param name="answered">When it had answered.</param>
    public static CheckResource Clock(string where, DateTimeOffset theirs, DateTimeOffset asked, DateTimeOffset answered)
    {
        // Anything between the question and the answer is in time.
        var off = theirs < asked ? theirs - asked : theirs > answered ? theirs - answered : TimeSpan.Zero;
        string detail = off == TimeSpan.Zero ? "in time with the coordinator" : string.Create(CultureInfo.InvariantCulture, $"{off.TotalSeconds:+0.0;-0.0} s off the coordinator's clock");
        // Leases and heartbeats go by no clock: only what is shown is wrong.
        return off.Duration() < Skew
            ? new CheckResource("clock", where, CheckState.Passed, detail)
            : new CheckResource("clock", where, CheckState.Warning, detail, "Run a time service (chrony, systemd-timesyncd) there: timelines and queue waits are shown wrong.");
    }

    [GeneratedRegex(@"^[0-9]{1,4}(\.(?<minor>[0-9]{1,4}))?", RegexOptions.ExplicitCapture)]
    private static partial Regex Number();
}
