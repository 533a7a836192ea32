using System.CommandLine;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary><c>cached</c>: the same job once more, when every prediction is stored.</summary>
internal static class CachedCommand
{
    public static Command Create()
    {
        var records = new Option<int>("--records") { Description = "Texts", DefaultValueFactory = _ => 100_000 };
        var rounds = new Option<int>("--rounds") { Description = "Repetitions; the median counts", DefaultValueFactory = _ => 3 };
        var workers = new Option<int>("--workers") { Description = "Worker processes", DefaultValueFactory = _ => 1 };
        var command = new Command("cached", "Records per second of a job whose predictions are all stored: nothing reaches a model") { records, rounds, workers };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(records), parsed.GetValue(rounds), parsed.GetValue(workers)));
        return command;
    }

    private static async Task<int> RunAsync(int records, int rounds, int workers)
    {
        using var model = new ModelArgument("sentiment");
        await using var cluster = await NativeCluster.StartAsync(model.ModelsFolder, workers);
        await cluster.ModelAsync(model.Name);
        byte[] corpus = JobRunner.Jsonl(Enumerable.Range(0, records).Select(i => $"Text number {i} of many."));
        var table = new MarkdownTable("job", "records", "seconds", "records/s");
        Add(await JobRunner.RunAsync(cluster.Client, "first: every record computed", model.Name, corpus, records));
        var again = new List<Measurement>();
        for (int round = 0; round < rounds; round++)
        {
            var run = await JobRunner.RunAsync(cluster.Client, "again: every record cached", model.Name, corpus, records);
            if (run.Tokens != 0) throw new InvalidOperationException($"{run.Tokens} tokens reached the model.");
            again.Add(run);
        }

        Add(Measurement.Median(again));
        table.Write();
        return 0;

        void Add(Measurement run) => table.Add(
            run.Way, run.Records.ToString("N0", CultureInfo.InvariantCulture), run.Seconds.ToString("0.00", CultureInfo.InvariantCulture),
            run.RecordsPerSecond.ToString("N0", CultureInfo.InvariantCulture));
    }
}
