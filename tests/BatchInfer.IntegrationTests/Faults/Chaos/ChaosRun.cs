using System.Diagnostics;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>
/// A script of faults over some jobs side by side. Each fault comes when the jobs have moved on by a few shards since the one
/// before; which, to whom and when follow from the seed.
/// </summary>
internal sealed class ChaosRun(ChaosCluster cluster, CalmRun calm, int seed)
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);
    private readonly Random _random = new(seed);
    private readonly List<Guid> _jobs = [];

    public List<Injection> Injections { get; } = [];

    /// <summary>Runs jobs under the faults, in their order, until the jobs are done, and checks the promise.</summary>
    /// <param name="faults">The script. Faults that the jobs are too quick for are left out.</param>
    /// <param name="jobs">Jobs side by side.</param>
    /// <param name="ct">Ends the run.</param>
    public async Task RunAsync(IReadOnlyList<ChaosFault> faults, int jobs, CancellationToken ct)
    {
        await UntilReadyAsync(ct);
        for (int i = 0; i < jobs; i++) await SubmitAsync(1 + i * 10, ct);
        foreach (var fault in faults)
        {
            long before = await PersistedAsync(ct);
            if (!await AdvancedAsync(before + _random.Next(1, 4), ct)) break;
            long started = Stopwatch.GetTimestamp();
            await fault.InjectAsync(cluster, _random, ct);
            var lasted = Stopwatch.GetElapsedTime(started);
            long ended = Stopwatch.GetTimestamp();
            await AdvancedAsync(await PersistedAsync(ct) + 1, ct);
            Injections.Add(new Injection(fault.Kind, lasted, Stopwatch.GetElapsedTime(ended)));
            TestContext.Current.TestOutputHelper?.WriteLine($"{DateTime.UtcNow:HH:mm:ss} {fault.Kind}: {lasted.TotalSeconds:0.0} s, recovered in {Injections[^1].Recovery.TotalSeconds:0.0} s");
        }

        while (await AdvancedAsync(long.MaxValue, ct)) { }
        await using var connection = await cluster.OpenAsync(ct);
        foreach (var job in _jobs)
        {
            var found = await Invariant.CheckAsync(connection, job, calm, ct);
            Assert.True(found is (0, 0, 0), $"Seed {seed}, job {job}: {found.Lost} records lost, {found.Doubled} doubled, {found.Different} different.");
        }
    }

    private async Task UntilReadyAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            try
            {
                await cluster.Client.ModelAsync("sentiment", ct, cluster.Workers.Count);
                return;
            }
            catch (Exception e) when (e is HttpRequestException or BatchInferApiException)
            {
                await timer.WaitForNextTickAsync(ct);
            }
        }
    }

    private async Task SubmitAsync(int priority, CancellationToken ct)
    {
        string key = $"chaos-{seed}-{_jobs.Count}";
        var file = await cluster.Client.UploadFileAsync(new MemoryStream(calm.Corpus), "corpus.jsonl", null, ct);
        var job = await cluster.Client.SubmitJobAsync(CalmRun.Request with { Input = new JobInput { FileId = file.Id }, Priority = priority }, key, ct);
        _jobs.Add(job.Id);
    }

    /// <summary>Waits until so many shards are stored.</summary>
    /// <returns>False when the jobs were done before.</returns>
    private async Task<bool> AdvancedAsync(long shards, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            var (persisted, open) = await AskAsync(ct);
            if (open == 0) return false;
            if (persisted >= shards) return true;
            await timer.WaitForNextTickAsync(ct);
        }
    }

    private async Task<long> PersistedAsync(CancellationToken ct) => (await AskAsync(ct)).Persisted;

    private async Task<(long Persisted, long Open)> AskAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            try
            {
                await using var connection = await cluster.OpenAsync(ct);
                await using var ask = new NpgsqlCommand(
                    """
                    SELECT coalesce(sum(shards_persisted), 0), count(*) FILTER (WHERE status NOT IN ('Completed', 'Failed', 'Cancelled', 'Expired')),
                        string_agg(message, ' ') FILTER (WHERE status <> 'Completed')
                    FROM coordinator.jobs WHERE id = ANY ($1)
                    """, connection) { Parameters = { new() { Value = _jobs.ToArray() } } };
                await using var row = await ask.ExecuteReaderAsync(ct);
                await row.ReadAsync(ct);
                Assert.True(row.IsDBNull(2), $"Seed {seed}: a job did not end well: {(row.IsDBNull(2) ? "" : row.GetString(2))}");
                return ((long)row.GetDecimal(0), row.GetInt64(1));
            }
            catch (NpgsqlException)
            {
                // It is away at the moment, or refuses: so it was wanted.
                await timer.WaitForNextTickAsync(ct);
            }
        }
    }
}
