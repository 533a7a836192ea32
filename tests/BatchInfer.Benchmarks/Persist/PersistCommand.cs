using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.Results.PersistPredictions;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace BatchInfer.Benchmarks.Persist;

/// <summary><c>persist</c>: how fast predictions are stored, exactly once, beside a bare COPY of the same rows into the same tables.</summary>
internal static class PersistCommand
{
    private const int ChunkRecords = 1000, FillChunks = 200;

    public static Command Create()
    {
        var stored = new Option<long>("--stored") { Description = "Predictions stored beforehand, through the product", DefaultValueFactory = _ => 0 };
        var records = new Option<int>("--records") { Description = "Records of one round", DefaultValueFactory = _ => 200_000 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds; the median counts", DefaultValueFactory = _ => 5 };
        var ownIds = new Option<bool>("--own-ids") { Description = "Records with ids of their own, which are indexed, in place of line numbers" };
        var command = new Command("persist", "Storing predictions: records/s beside a bare binary COPY of the same rows") { stored, records, rounds, ownIds };
        command.SetAction((parsed, _) => RunAsync(
            parsed.GetValue(stored), parsed.GetValue(records) / ChunkRecords, parsed.GetValue(rounds), parsed.GetValue(ownIds)));
        return command;
    }

    private static async Task<int> RunAsync(long stored, int chunks, int rounds, bool ownIds)
    {
        await using var postgres = await BenchmarkPostgres.StartAsync();
        await using var store = new PostgresPredictionStore(postgres.ConnectionString, TimeProvider.System);
        using var metrics = new PersistMetrics();
        using var database = new ResultsDatabase(Options.Create(postgres.Options), NullLogger<ResultsDatabase>.Instance);
        await using var commits = new GroupCommit(store, database, metrics, TimeProvider.System, NullLogger<GroupCommit>.Instance);
        var generator = new GeneratedChunks(ownIds);
        long next = 0;
        double filled = 0;
        while (next < stored) filled += await OursAsync(Take(FillChunks));
        if (stored > 0) Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"Stored {next:N0} predictions beforehand: {next / filled:N0} records/s."));

        int job = 1_000_000;
        // Connections are opened and code is compiled before anything counts.
        await BareAsync(Take(chunks), items: true);
        await OursAsync(Take(chunks));
        List<double> ours = [], both = [], predictions = [];
        for (int round = 0; round < rounds; round++)
        {
            // Each time other rows, in turns, so that the tables grow alike and a slow minute of the machine hits all three.
            both.Add(await BareAsync(Take(chunks), items: true));
            ours.Add(await OursAsync(Take(chunks)));
            predictions.Add(await BareAsync(Take(chunks), items: false));
        }

        long records = (long)chunks * ChunkRecords;
        var table = new MarkdownTable("records/s, median", ownIds ? "own ids" : "line numbers", "of the bare COPY");
        table.Add("bare COPY of predictions and records", Rate(both), "");
        table.Add("bare COPY of predictions alone", Rate(predictions), "");
        table.Add("stored by the product", Rate(ours), $"{Share(both)} / {Share(predictions)}");
        table.Write();
        await WriteSizesAsync(postgres, next);
        return 0;

        List<PredictionsProduced> Take(int count)
        {
            var taken = generator.Next(count, next);
            next += (long)count * ChunkRecords;
            return taken;
        }

        Task<double> BareAsync(List<PredictionsProduced> rows, bool items) =>
            TimeAsync(() => BareCopy.RunAsync(postgres.ConnectionString, rows, GroupCommit.Writers, job++, items, ownIds));

        Task<double> OursAsync(List<PredictionsProduced> rows)
        {
            var options = new ParallelOptions { MaxDegreeOfParallelism = PersistPredictionsDefinition.ConcurrentChunks };
            return TimeAsync(() => Parallel.ForEachAsync(rows, options, async (chunk, ct) => await commits.StoreAsync(chunk, ct)));
        }

        string Rate(List<double> seconds) => (records / seconds.Median()).ToString("N0", CultureInfo.InvariantCulture);

        string Share(List<double> ceiling) => (ceiling.Median() / ours.Median()).ToString("P0", CultureInfo.InvariantCulture);
    }

    private static async Task<double> TimeAsync(Func<Task> work)
    {
        GC.Collect();
        long started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task WriteSizesAsync(BenchmarkPostgres postgres, long predictions)
    {
        var table = new MarkdownTable("bytes a row", "table", "indexes");
        foreach (string name in (string[])["predictions", "job_items"])
        {
            string partitions = $"FROM pg_class WHERE relkind = 'r' AND relnamespace = 'results'::regnamespace AND relname LIKE '{name}\\_%'";
            long rows = name == "predictions" ? predictions : await postgres.ScalarAsync<long>($"SELECT count(*) FROM results.{name}");
            long heap = (long)await postgres.ScalarAsync<decimal>($"SELECT sum(pg_table_size(oid)) {partitions}");
            long indexes = (long)await postgres.ScalarAsync<decimal>($"SELECT sum(pg_indexes_size(oid)) {partitions}");
            table.Add($"{name}, {rows.ToString("N0", CultureInfo.InvariantCulture)} rows", Bytes(heap, rows), Bytes(indexes, rows));
        }

        table.Write();
    }

    private static string Bytes(long bytes, long rows) => ((double)bytes / rows).ToString("0.0", CultureInfo.InvariantCulture);
}
