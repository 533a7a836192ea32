using System.Globalization;

namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Processor time of a process and, as for PostgreSQL, of the processes it has made, from Linux's own count.</summary>
internal static class ProcessorTime
{
    // The kernel's unit for these figures, on every platform that .NET runs on.
    private const double TicksPerSecond = 100;

    /// <summary>Seconds in user and kernel mode, those of children that have ended included.</summary>
    public static double Of(int process, bool withChildren = false)
    {
        var all = Directory.EnumerateDirectories("/proc").Select(d => int.TryParse(Path.GetFileName(d), CultureInfo.InvariantCulture, out int id) ? id : 0).Where(id => id > 0);
        return Fields(process) is not { } own ? 0
            : Seconds(own) + (withChildren ? all.Select(Fields).Where(f => f is not null && f[1] == process.ToString(CultureInfo.InvariantCulture)).Sum(f => Seconds(f!)) : 0);
    }

    // The name of the program, in brackets, may have spaces: what follows it is counted from the state on.
    private static string[]? Fields(int process)
    {
        try
        {
            string stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static double Seconds(string[] fields) =>
        Enumerable.Range(11, 4).Sum(i => double.Parse(fields[i], CultureInfo.InvariantCulture)) / TicksPerSecond;
}
