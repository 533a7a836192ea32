using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Persist;
using BatchInfer.Results.Data.Postgres;

namespace BatchInfer.Benchmarks.Lookup;

/// <summary><c>lookup</c>: lookups over HTTP beside pgbench's prepared selects on the same table and connections.</summary>
internal static class LookupCommand
{
    private const int SampledKeys = 8192, BatchKeys = 1000, Bodies = 64, BatchConnections = 4, FillChunks = 200, ChunkRecords = 1000;

    public static Command Create()
    {
        var stored = new Option<long>("--stored") { Description = "Predictions stored beforehand", DefaultValueFactory = _ => 10_000_000 };
        var connections = new Option<int>("--connections") { Description = "Connections of single lookups", DefaultValueFactory = _ => 16 };
        var seconds = new Option<int>("--seconds") { Description = "Seconds of each measurement", DefaultValueFactory = _ => 5 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts", DefaultValueFactory = _ => 3 };
        var command = new Command("lookup", "Looking predictions up over HTTP, beside pgbench") { stored, connections, seconds, rounds };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(stored), parsed.GetValue(connections), parsed.GetValue(seconds), parsed.GetValue(rounds)));
        return command;
    }

    private static async Task<int> RunAsync(long stored, int connections, int seconds, int rounds)
    {
        await using var postgres = await BenchmarkPostgres.StartAsync();
        await FillAsync(postgres, stored);
        var random = new Random(1);
        long[] sample = [.. Enumerable.Range(0, SampledKeys).Select(_ => random.NextInt64(stored))];
        Guid[] keys = Array.ConvertAll(sample, GeneratedChunks.Key);
        byte[][] requests = Array.ConvertAll(sample, GeneratedChunks.LookUpRequest);
        byte[][] anywhere = [.. Enumerable.Range(0, 50_000).Select(_ => GeneratedChunks.LookUpRequest(random.NextInt64(stored)))];
        byte[][] batches = [.. Enumerable.Range(0, Bodies).Select(_ => Post(Enumerable.Range(0, BatchKeys).Select(_ => random.NextInt64(stored))))];
        var duration = TimeSpan.FromSeconds(seconds);
        await using var uncached = await ResultsProcess.StartAsync(postgres.ConnectionString, cacheMegabytes: 0);
        await using var cached = await ResultsProcess.StartAsync(postgres.ConnectionString, cacheMegabytes: 128);

        List<double> bench = [], parent = [], single = [], spread = [], hit = [], batch = [], latency = [], hitLatency = [], own = [], hitOwn = [];
        for (int round = 0; round <= rounds; round++)
        {
            bench.Add(await PgBench.OfPartitionsAsync(postgres.ConnectionString, connections, seconds, keys));
            parent.Add(await PgBench.OfTableAsync(postgres.ConnectionString, connections, seconds, keys));
            single.Add(await HttpLoad.TopRateAsync(uncached.Port, connections, duration, requests));
            spread.Add(await HttpLoad.TopRateAsync(uncached.Port, connections, duration, anywhere));
            hit.Add(await HttpLoad.TopRateAsync(cached.Port, connections, duration, requests));
            batch.Add(BatchKeys * await HttpLoad.TopRateAsync(uncached.Port, BatchConnections, duration, batches, chunked: true));
            await PaceAsync(uncached, 0.7 * single[^1], latency, own);
            await PaceAsync(cached, 0.7 * hit[^1], hitLatency, hitOwn);
            // The first round warms up: compiled code, the server's pages, the cache.
            if (round == 0) foreach (var list in (List<double>[])[bench, parent, single, spread, hit, batch, latency, hitLatency, own, hitOwn]) list.Clear();
        }

        double ceiling = bench.Median();
        var table = new MarkdownTable($"{stored:N0} stored, {connections} connections", "keys/s", "of pgbench", "p99 at 70 %", "in the service at most");
        table.Add("pgbench, prepared, on the key's partition", N(bench), "", "", "");
        table.Add("pgbench, prepared, on the whole table", N(parent), Share(parent), "", "");
        table.Add("GET, not cached", N(single), Share(single), Ms(latency), Ms(own));
        table.Add("GET, not cached, keys all over the table", N(spread), Share(spread), "", "");
        table.Add("GET, cached", N(hit), Share(hit), Ms(hitLatency), Ms(hitOwn));
        table.Add($"POST, {BatchKeys} keys a call, {BatchConnections} connections", N(batch), Share(batch), "", "");
        table.Write();
        return 0;

        async Task PaceAsync(ResultsProcess service, double rate, List<double> seen, List<double> itsOwn)
        {
            var before = await ServiceLatency.ReadAsync(service.Port);
            seen.Add(P99(await HttpLoad.LatenciesAsync(service.Port, connections, duration, requests, rate)));
            itsOwn.Add((await ServiceLatency.ReadAsync(service.Port)).Quantile(before, 0.99));
        }

        string Share(List<double> rates) => (rates.Median() / ceiling).ToString("P0", CultureInfo.InvariantCulture);
    }

    internal static async Task FillAsync(BenchmarkPostgres postgres, long stored)
    {
        await using var store = new PostgresPredictionStore(postgres.ConnectionString, TimeProvider.System);
        await GeneratedChunks.AnnounceModelAsync(store);
        var generator = new GeneratedChunks(ownIds: false);
        for (long next = 0; next < stored; next += (long)FillChunks * ChunkRecords)
            foreach (var group in generator.Next(FillChunks, next).Chunk(20)) await store.WriteAsync(group, CancellationToken.None);
        // As autovacuum leaves a table that has been at rest for a while.
        await postgres.ExecuteAsync("VACUUM ANALYZE results.predictions");
    }

    private static byte[] Post(IEnumerable<long> numbers)
    {
        byte[] body = JsonSerializer.SerializeToUtf8Bytes(new { model = GeneratedChunks.Model, inputs = numbers.Select(GeneratedChunks.Text) });
        return [.. Encoding.ASCII.GetBytes(
            $"POST /v1/predictions/lookup HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), .. body];
    }

    private static double P99(double[] sorted) => sorted[(int)(sorted.Length * 0.99)];

    private static string N(List<double> values) => values.Median().ToString("N0", CultureInfo.InvariantCulture);

    private static string Ms(List<double> values) => values.Median().ToString("0.0 ms", CultureInfo.InvariantCulture);
}
