using System.Diagnostics;
using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>
/// A script of faults over jobs side by side; when one is done another begins, as long as there are faults to come. Each fault
/// comes when the jobs have moved on by a few shards since the one before; which, to whom and when follow from the seed.
/// </summary>
internal sealed class ChaosRun(ChaosCluster cluster, CalmRun calm, int seed, Action<string> say)
{
    private const int Limits = 56;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    /// <summary>Beyond every recovery: who has not got over a fault by then never will.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);
    private readonly Random _random = new(seed);
    private readonly List<Guid> _jobs = [];
    private JobRequest? _next;
    private string _stage = "before it";

    public List<Injection> Injections { get; } = [];

    public int Jobs => _jobs.Count;

    /// <summary>Injects the faults in their order, waits until the jobs are done, and checks the promise.</summary>
    /// <param name="faults">The script.</param>
    /// <param name="sideBySide">Jobs side by side.</param>
    /// <param name="ct">Ends the run.</param>
    public async Task RunAsync(IReadOnlyList<ChaosFault> faults, int sideBySide, CancellationToken ct)
    {
        await PatientlyAsync("the start", UntilReadyAsync, ct);
        foreach (var fault in faults)
            await PatientlyAsync(fault.Kind, patience => InjectAsync(fault, sideBySide, patience), ct);
        await PatientlyAsync("the last fault", patience => AdvancedAsync(long.MaxValue, 0, patience), ct);
        await using var connection = await cluster.OpenAsync(ct);
        foreach (var job in _jobs) await Invariant.CheckAsync(connection, $"Seed {seed}", job, calm, ct);
    }

    /// <summary>A step that has to end some time; a job that is stuck would else hang the run for ever.</summary>
    private async Task PatientlyAsync(string step, Func<CancellationToken, Task> act, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(Patience);
        try
        {
            await act(patience.Token);
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            Assert.Fail($"Seed {seed}, {step}, {_stage}: not got over within {Patience.TotalMinutes} minutes. Jobs: {string.Join(", ", _jobs)}\n{await StuckCluster.DescribeAsync(cluster)}");
        }
    }

    private async Task InjectAsync(ChaosFault fault, int sideBySide, CancellationToken ct)
    {
        _stage = "before it";
        await AdvancedAsync(await PersistedAsync(ct) + _random.Next(1, 4), sideBySide, ct);
        _stage = "during it";
        long started = Stopwatch.GetTimestamp();
        if (fault.MeetsWork) await WhileJobsComeAsync(fault, sideBySide, ct);
        else await fault.InjectAsync(cluster, _random, ct);
        var lasted = Stopwatch.GetElapsedTime(started);
        _stage = "after it";
        long ended = Stopwatch.GetTimestamp();
        await AdvancedAsync(await PersistedAsync(ct) + 1, sideBySide, ct);
        Injections.Add(new Injection(fault.Kind, lasted, Stopwatch.GetElapsedTime(ended)));
        say($"{DateTime.UtcNow:HH:mm:ss} {fault.Kind}: {lasted.TotalSeconds:0.0} s, recovered in {Injections[^1].Recovery.TotalSeconds:0.0} s");
    }

    private async Task WhileJobsComeAsync(ChaosFault fault, int sideBySide, CancellationToken ct)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var coming = AdvancedAsync(long.MaxValue, sideBySide, over.Token);
        try
        {
            await fault.InjectAsync(cluster, _random, ct);
        }
        finally
        {
            await over.CancelAsync();
            await coming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    /// <summary>One job more, if the API answers. Each has a length limit of its own, beyond every text: so none finds its predictions stored.</summary>
    private async Task TrySubmitAsync(CancellationToken ct)
    {
        try
        {
            _next ??= CalmRun.Request with
            {
                Input = new JobInput { FileId = (await cluster.Client.UploadFileAsync(new MemoryStream(calm.Corpus), "corpus.jsonl", null, ct)).Id },
                // Not drawn of the script's numbers, which a fault draws of meanwhile.
                Priority = 1 + (seed + 17 * _jobs.Count) % 50,
                Parameters = new JsonObject { ["max_length"] = CalmRun.LongestText + _jobs.Count % Limits },
            };
            _jobs.Add((await cluster.Client.SubmitJobAsync(_next, $"chaos-{seed}-{_jobs.Count}", ct)).Id);
            _next = null;
        }
        catch (Exception e) when (e is HttpRequestException or BatchInferApiException { Status: >= HttpStatusCode.InternalServerError })
        {
            // A service or a server is away, as was wanted; by its key the same request, made again, is the same job.
        }
    }

    /// <summary>Waits until so many shards are stored in all, or every job is done.</summary>
    private async Task AdvancedAsync(long shards, int sideBySide, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(Poll);
        while (true)
        {
            var (persisted, open) = await AskAsync(ct);
            if (persisted >= shards || (open == 0 && sideBySide == 0)) return;
            if (open < sideBySide) await TrySubmitAsync(ct);
            else await timer.WaitForNextTickAsync(ct);
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
