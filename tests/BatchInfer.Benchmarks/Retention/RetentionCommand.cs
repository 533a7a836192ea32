using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Lookup;
using BatchInfer.Benchmarks.Persist;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;

namespace BatchInfer.Benchmarks.Retention;

/// <summary>
/// <c>retention</c>: two jobs of equal size are stored, one of them is deleted and its predictions after it, while lookups go on; then as much is
/// stored again, into the room that it left.
/// </summary>
internal static class RetentionCommand
{
    private const int ChunkRecords = 1000, FillChunks = 200, RecordsOfStep = 20_000, Connections = 2, SampledKeys = 4096;

    public static Command Create()
    {
        var stored = new Option<long>("--stored") { Description = "Predictions stored beforehand, half of which go", DefaultValueFactory = _ => 4_000_000 };
        var seconds = new Option<int>("--seconds") { Description = "Seconds of lookups alone, before anything is deleted", DefaultValueFactory = _ => 10 };
        var command = new Command("retention", "Deleting records and predictions while lookups go on") { stored, seconds };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(stored) / 2, TimeSpan.FromSeconds(parsed.GetValue(seconds))));
        return command;
    }

    private static async Task<int> RunAsync(long half, TimeSpan alone)
    {
        await using var postgres = await BenchmarkPostgres.StartAsync();
        await using var store = new PostgresPredictionStore(postgres.ConnectionString, TimeProvider.System);
        await GeneratedChunks.AnnounceModelAsync(store);
        await FillAsync(store, half, first: 0);
        var goes = await FillAsync(store, half, first: half);
        await postgres.ExecuteAsync("VACUUM ANALYZE");
        long size = await SizeAsync(postgres);

        var random = new Random(1);
        byte[][] requests = [.. Enumerable.Range(0, SampledKeys).Select(_ => GeneratedChunks.LookUpRequest(random.NextInt64(half)))];
        await using var service = await ResultsProcess.StartAsync(postgres.ConnectionString, cacheMegabytes: 0);
        await HttpLoad.TopRateAsync(service.Port, Connections, alone, requests);
        double undisturbed = await HttpLoad.TopRateAsync(service.Port, Connections, alone, requests);

        var table = new MarkdownTable($"{2 * half:N0} stored", "a second", "longest step", $"lookups/s on {Connections} connections", "of those alone");
        table.Add("lookups alone", "", "", N(undisturbed), "");
        long deleted = await StepsAsync("records of the deleted job", async () => await store.DeleteRecordsAsync(goes, RecordsOfStep, CancellationToken.None) is > 0 and var gone ? gone : null);
        int[] predictors = [.. (await store.ListPredictorsAsync(CancellationToken.None)).Select(p => p.Id)];
        var after = Guid.Empty;
        bool more = true;
        long trimmed = await StepsAsync("predictions that nobody names", async () =>
        {
            if (!more) return null;
            var step = await store.TrimAsync(new Trim(predictors, null, after, RecordsOfStep, DryRun: false), CancellationToken.None);
            (more, after) = (step.Next is not null, step.Next ?? after);
            return step.Deleted;
        });
        await postgres.ExecuteAsync("VACUUM");
        await FillAsync(store, half, first: 2 * half);
        long again = await SizeAsync(postgres);
        table.Write();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"\nTables and indexes: {size / 1e6:N0} MB before; {again / 1e6:N0} MB after vacuum and as many stored again as were deleted."));
        return deleted == half && trimmed == half ? 0 : 1;

        async Task<long> StepsAsync(string what, Func<Task<long?>> stepAsync)
        {
            long rows = 0;
            double longest = 0, meanwhile = 0;
            using var ended = new CancellationTokenSource();
            var lookups = Task.Run(async () => meanwhile = await HttpLoad.RateUntilAsync(service.Port, Connections, requests, ended.Token));
            long started = Stopwatch.GetTimestamp();
            while (true)
            {
                long step = Stopwatch.GetTimestamp();
                if (await stepAsync() is not { } gone) break;
                longest = Math.Max(longest, Stopwatch.GetElapsedTime(step).TotalSeconds);
                rows += gone;
            }

            double took = Stopwatch.GetElapsedTime(started).TotalSeconds;
            await ended.CancelAsync();
            await lookups;
            table.Add(what, N(rows / took), longest.ToString("0.0 s", CultureInfo.InvariantCulture), N(meanwhile), (meanwhile / undisturbed).ToString("P0", CultureInfo.InvariantCulture));
            return rows;
        }
    }

    private static async Task<Guid> FillAsync(PostgresPredictionStore store, long count, long first)
    {
        var generator = new GeneratedChunks(ownIds: false);
        Guid job = default;
        for (long next = 0; next < count; next += (long)FillChunks * ChunkRecords)
        {
            var chunks = generator.Next((int)Math.Min(FillChunks, (count - next) / ChunkRecords), first + next);
            job = chunks[0].Shard.JobId;
            foreach (var group in chunks.Chunk(20)) await store.WriteAsync(group, CancellationToken.None);
        }

        return job;
    }

    private static Task<long> SizeAsync(BenchmarkPostgres postgres) =>
        postgres.ScalarAsync<long>("SELECT sum(pg_total_relation_size(oid))::bigint FROM pg_class WHERE relkind = 'r' AND relnamespace = 'results'::regnamespace");

    private static string N(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
