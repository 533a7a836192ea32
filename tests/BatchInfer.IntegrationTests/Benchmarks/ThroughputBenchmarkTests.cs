using System.Diagnostics;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Benchmarks;

/// <summary>The benchmark that docs/performance.md quotes still runs: with the sample model, on the cluster that the script starts.</summary>
public sealed class ThroughputBenchmarkTests
{
    [Fact(Timeout = 300_000)]
    public async Task It_measures_the_services_and_the_embedded_run_against_the_ceiling()
    {
        string configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        string program = Path.Combine(Repository.Root, "tests", "BatchInfer.Benchmarks", "bin", configuration, "net10.0", "BatchInfer.Benchmarks.dll");
        Assert.SkipUnless(OperatingSystem.IsLinux() && configuration == "Release", "the cluster's script starts what is built for release, on Linux");
        var start = new ProcessStartInfo("dotnet",
            [program, "throughput", "--model", "sentiment", "--corpus", Repository.SampleSentences, "--records", "200", "--rounds", "1", "--workers", "2", "--threads", "2"])
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        };

        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        string output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.SkipWhen((await error).Contains($"cluster start ended with {NativeServers.NotInstallable}", StringComparison.Ordinal), "the cluster's servers cannot be installed here");
        Assert.True(process.ExitCode == 0, $"{output}\n{await error}");
        var ways = output.Split('\n').Where(l => l.StartsWith("| ", StringComparison.Ordinal)).Select(l => l.Split('|')[1].Trim());
        Assert.Equal(["way", "ceiling: bare ONNX Runtime", "BatchInfer's engine alone", "BatchInfer, RabbitMQ + PostgreSQL, 2 workers", "BatchInfer, embedded"], ways);
    }
}
