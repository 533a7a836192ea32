using System.Diagnostics;
using System.Globalization;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>Tokens and what they took.</summary>
/// <param name="Tokens">Tokens.</param>
/// <param name="Seconds">By the clock.</param>
/// <param name="CpuSeconds">Of all cores together: on a machine with other work on it the steadier figure. NaN where other processes do the work.</param>
internal readonly record struct Speed(long Tokens, double Seconds, double CpuSeconds)
{
    public double PerSecond => Tokens / Seconds;

    public double PerCpuSecond => Tokens / CpuSeconds;

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Tokens} tokens, {PerSecond:0} tokens/s, {PerCpuSecond:0} tokens/CPU s");
}

/// <summary>Takes the time.</summary>
internal readonly struct SpeedWatch
{
    private readonly long _started;
    private readonly TimeSpan _cpu;

    private SpeedWatch(long started, TimeSpan cpu) => (_started, _cpu) = (started, cpu);

    public static SpeedWatch Start() => new(Stopwatch.GetTimestamp(), Process.GetCurrentProcess().TotalProcessorTime);

    public Speed Stop(long tokens) =>
        new(tokens, Stopwatch.GetElapsedTime(_started).TotalSeconds, (Process.GetCurrentProcess().TotalProcessorTime - _cpu).TotalSeconds);
}
