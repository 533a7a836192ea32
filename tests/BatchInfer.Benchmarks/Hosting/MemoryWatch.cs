using System.Globalization;

namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Highest resident memory of a process while this lives, from Linux's own high-water mark.</summary>
internal sealed class MemoryWatch
{
    private readonly int _process;

    /// <summary>Begins: the mark is set back to what the process holds now.</summary>
    public MemoryWatch(int process)
    {
        _process = process;
        File.WriteAllText($"/proc/{process}/clear_refs", "5");
    }

    /// <summary>Bytes at the highest point since the beginning.</summary>
    public long Highest() => Read("VmHWM:");

    /// <summary>Bytes now.</summary>
    public long Now() => Read("VmRSS:");

    private long Read(string name)
    {
        string line = File.ReadLines($"/proc/{_process}/status").First(l => l.StartsWith(name, StringComparison.Ordinal));
        return 1024 * long.Parse(line[name.Length..].Trim().Split(' ')[0], CultureInfo.InvariantCulture);
    }
}
