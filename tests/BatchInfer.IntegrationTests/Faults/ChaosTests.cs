using System.Globalization;
using BatchInfer.IntegrationTests.Faults.Chaos;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>
/// Faults by seeded scripts on real processes and real servers, and one promise at the end: every record once, as in the calm
/// run. BATCHINFER_CHAOS_HOURS=1 tests/run --filter Chaos runs the long one and writes its table to chaos.md, and what it does to chaos.md.log.
/// </summary>
[Collection(ServerFaults.Name)]
public sealed class ChaosTests
{
    private const string Hours = "BATCHINFER_CHAOS_HOURS", Seed = "BATCHINFER_CHAOS_SEED", Report = "BATCHINFER_CHAOS_REPORT";

    /// <summary>Few enough that a run is over in minutes.</summary>
    private const int FaultsOfARun = 15;

    /// <summary>The script of a CI run, chosen to meet each server and each kind of process once within a minute.</summary>
    [Fact(Timeout = 900_000)]
    public async Task Nothing_is_lost_and_nothing_doubled()
    {
        var ct = TestContext.Current.CancellationToken;
        var configuration = new ChaosConfiguration(Coordinators: 1, Results: 1, Workers: 2, IsolatedWorkers: 0, CorporaByHttp: false);
        string[] kinds =
        [
            "worker killed (SIGKILL)", "RabbitMQ killed and started", "messages delivered again, late and in another order", "coordinator killed (SIGKILL)",
            "PostgreSQL's sessions terminated in mid-COPY", "a model's queue deleted", "worker stopped (SIGTERM)", "results service killed (SIGKILL)", "PostgreSQL killed and started",
        ];
        await RunAsync(configuration, seed: 20_261, [.. kinds.Select(k => ChaosScript.Catalog.Single(f => f.Kind == k))], records: 6000, say: line => TestContext.Current.TestOutputHelper?.WriteLine(line), ct);
    }

    [Fact]
    public async Task For_hours_nothing_is_lost_and_nothing_doubled()
    {
        var ct = TestContext.Current.CancellationToken;
        Assert.SkipUnless(double.TryParse(Environment.GetEnvironmentVariable(Hours), CultureInfo.InvariantCulture, out double hours), $"{Hours} is not set: how many hours to go on.");
        int seed = int.TryParse(Environment.GetEnvironmentVariable(Seed), CultureInfo.InvariantCulture, out int given) ? given : 1;
        var report = new ChaosReport(Path.GetFullPath(Environment.GetEnvironmentVariable(Report) ?? "chaos.md"));
        int isolated = NetworkNamespace.Possible ? 1 : 0;
        bool smallDisk = await SmallDisk.IsPossibleAsync();
        ChaosConfiguration[] configurations =
        [
            new(1, 1, 2, isolated, false, smallDisk),
            new(2, 2, 2, isolated, false),
            new(2, 1, 3, 0, true),
        ];
        for (long started = Environment.TickCount64; Environment.TickCount64 - started < hours * 3_600_000; seed++)
        {
            var configuration = configurations[seed % configurations.Length];
            report.Say($"Seed {seed}: {configuration}");
            var calm = await CalmRun.OfAsync(20_000, ct);
            var run = await RunAsync(configuration, seed, ChaosScript.Of(seed, FaultsOfARun, configuration), records: 20_000, report.Say, ct);
            report.Add(seed, configuration, run, calm);
        }
    }

    private static async Task<ChaosRun> RunAsync(
        ChaosConfiguration configuration, int seed, IReadOnlyList<ChaosFault> script, int records, Action<string> say, CancellationToken ct)
    {
        var calm = await CalmRun.OfAsync(records, ct);
        await using var cluster = await ChaosCluster.StartAsync(configuration, ct);
        var run = new ChaosRun(cluster, calm, seed, say);
        await run.RunAsync(script, sideBySide: 2, ct);
        return run;
    }
}
