using System.CommandLine;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Scaling;

/// <summary>
/// <c>coordinator</c>: what a thousand records cost the coordinator at the rates of many workers, which this machine could not run
/// beside it. Broker, database, corpus and messages are real; what workers and the results service would do is not done.
/// </summary>
internal static class CoordinatorCommand
{
    private const int RecordsOfAShard = 2000, ShardBytes = 512 * 1024;

    public static Command Create()
    {
        var rates = new Option<int[]>("--shards-per-second") { Description = $"Shards of {RecordsOfAShard:N0} records that the workers end each second, one run each", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [3, 10, 30] };
        var shard = new Option<double>("--shard-seconds") { Description = "Seconds a worker takes for a shard: that many times as many workers, each with its heartbeat", DefaultValueFactory = _ => 10 };
        var seconds = new Option<double>("--seconds") { Description = "Seconds a job should take; eight times those of a shard at least", DefaultValueFactory = _ => 80 };
        var services = NativeCluster.ServicesOption();
        var command = new Command("coordinator", "The coordinator alone, at the rates of many workers") { rates, shard, seconds, services };
        command.SetAction(async (parsed, _) =>
        {
            var table = new MarkdownTable("shards/s asked", "workers", "records", "shards", "seconds", "records/s", "coordinator", "without a job", "PostgreSQL", "RabbitMQ");
            bool well = true;
            foreach (int rate in parsed.GetValue(rates)!)
                well &= await MeasureAsync(table, rate, parsed.GetValue(shard), parsed.GetValue(seconds), parsed.GetValue(services));
            table.Write();
            Console.WriteLine("\nThe last four columns: milliseconds of processor for 1,000 records; the second of them what it takes as long without a job.");
            return well ? 0 : 1;
        });
        return command;
    }

    private static async Task<bool> MeasureAsync(MarkdownTable table, int rate, double shardSeconds, double seconds, string? services)
    {
        int workers = (int)Math.Ceiling(rate * shardSeconds);
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["models"]);
        // The corpora of many workers are cut finer where they are small: so large that they are not.
        int shards = (int)Math.Ceiling(rate * Math.Max(seconds, 8 * shardSeconds));
        WriteCorpus(folder["corpus.txt"], shards);
        await using var cluster = await NativeCluster.StartAsync(folder["models"], workers: 0, services: services);
        await using var simulated = await SimulatedWorkers.StartAsync(await cluster.BrokerAsync(), workers, shardSeconds);
        await cluster.ModelAsync(SimulatedWorkers.Model, workers);
        var file = await cluster.UploadAsync(folder["corpus.txt"]);
        // As long as it takes for the services' code to be compiled for the last time. The same corpus again, as nothing is stored.
        await cluster.RunJobAsync(SimulatedWorkers.Model, file);

        int[] processes = [cluster.ProcessId("coordinator"), cluster.ServerProcessId("postgres"), cluster.ServerProcessId("rabbitmq")];
        double[] before = Spent(processes);
        var job = await cluster.RunJobAsync(SimulatedWorkers.Model, file);
        double[] after = Spent(processes);
        double took = (job.FinishedAt - job.StartedAt)!.Value.TotalSeconds;
        double idleFrom = ProcessorTime.Of(processes[0]);
        await Task.Delay(TimeSpan.FromSeconds(20));
        double idle = (ProcessorTime.Of(processes[0]) - idleFrom) / 20;
        double[] spent = [after[0] - before[0], idle * took, after[1] - before[1], after[2] - before[2]];
        table.Add(
        [
            N(rate), N(workers), N(job.Counts.Total), N(job.Counts.Shards), took.ToString("0.0", CultureInfo.InvariantCulture), N(job.Counts.Total / took),
            .. spent.Select(s => (1e6 * s / job.Counts.Total).ToString("0.00", CultureInfo.InvariantCulture)),
        ]);
        return job.Status == JobStatus.Completed && job.Counts.Computed == (long)shards * RecordsOfAShard;
    }

    private static double[] Spent(int[] processes) => [.. processes.Select((p, i) => ProcessorTime.Of(p, withChildren: i == 1))];

    private static void WriteCorpus(string path, int shards)
    {
        string line = new('x', ShardBytes / RecordsOfAShard);
        using var corpus = new StreamWriter(path);
        for (long i = 0; i < (long)shards * RecordsOfAShard; i++) corpus.Write(line + "\n");
    }

    private static string N(double value) => value.ToString("N0", CultureInfo.InvariantCulture);
}
