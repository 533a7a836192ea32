using System.CommandLine;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Scaling;

/// <summary>
/// <c>scaling</c>: a model that takes a fixed time for a token and no processor, and all else real, at more and more worker slots: how far
/// the records/s grow with them, and what a thousand records cost each process.
/// </summary>
internal static class ScalingCommand
{
    private const int BatchTokens = 512, SlotsPerWorker = 16;

    public static Command Create()
    {
        var slots = new Option<int[]>("--slots") { Description = "Worker slots, one run at a time each", AllowMultipleArgumentsPerToken = true, DefaultValueFactory = _ => [1, 2, 4, 8, 16, 32, 64] };
        var batch = new Option<double>("--batch-milliseconds") { Description = $"What a batch of {BatchTokens} tokens takes", DefaultValueFactory = _ => 50 };
        var words = new Option<int>("--words") { Description = "Words of a record, each one token", DefaultValueFactory = _ => 126 };
        var seconds = new Option<double>("--seconds") { Description = "Seconds a job should take", DefaultValueFactory = _ => 30 };
        var services = NativeCluster.ServicesOption();
        var command = new Command("scaling", "A simulated model at more and more worker slots, all else real") { slots, batch, words, seconds, services };
        command.SetAction(async (parsed, _) =>
        {
            var table = new MarkdownTable(
                "slots", "workers", "records", "shards", "seconds", "records/s", "of linear", "coordinator", "results", "workers' own", "PostgreSQL", "RabbitMQ");
            bool well = true;
            foreach (int count in parsed.GetValue(slots)!)
                well &= await MeasureAsync(table, count, parsed.GetValue(batch), parsed.GetValue(words), parsed.GetValue(seconds), parsed.GetValue(services));
            table.Write();
            Console.WriteLine("\nThe last five columns: milliseconds of processor for 1,000 records.");
            return well ? 0 : 1;
        });
        return command;
    }

    private static async Task<bool> MeasureAsync(MarkdownTable table, int slots, double batchMilliseconds, int words, double seconds, string? services)
    {
        int workers = (slots + SlotsPerWorker - 1) / SlotsPerWorker;
        // [CLS] and [SEP] beside the words.
        int rows = Math.Max(1, BatchTokens / (words + 2));
        double perToken = batchMilliseconds * 1000 / (rows * (words + 2));
        long records = Math.Max(2000, (long)(slots * rows * 1000 / batchMilliseconds * seconds));
        using var folder = new TemporaryFolder();
        using var model = TestModelFolder.Classifier(TestModelFolder.Table(2, (id, label) => label == 0 ? id * 0.1f : 1), "FEW", "MANY");
        model.Config["max_position_embeddings"] = BatchTokens;
        Directory.CreateSymbolicLink(Directory.CreateDirectory(folder["models"]).FullName + "/tiny", model.Save());
        WriteCorpus(folder["corpus.txt"], records, words);
        // As long as it takes for the services' code to be compiled for the last time.
        long warmUp = Math.Max(2000, records / 2);
        WriteCorpus(folder["warm-up.txt"], warmUp, words, first: records);
        await using var cluster = await NativeCluster.StartAsync(folder["models"], workers, new Dictionary<string, string>
        {
            ["Inference__ParallelRuns"] = (slots / workers).ToString(CultureInfo.InvariantCulture),
            ["Inference__MaxBatchTokens"] = BatchTokens.ToString(CultureInfo.InvariantCulture),
            ["Inference__SimulatedMicrosecondsPerToken"] = perToken.ToString("R", CultureInfo.InvariantCulture),
        }, services);
        await cluster.ModelAsync("tiny");
        await cluster.RunJobAsync("tiny", await cluster.UploadAsync(folder["warm-up.txt"]));

        var corpus = await cluster.UploadAsync(folder["corpus.txt"]);
        Dictionary<string, double> before = Spent(cluster, workers);
        var job = await cluster.RunJobAsync("tiny", corpus);
        Dictionary<string, double> after = Spent(cluster, workers);
        double took = (job.FinishedAt - job.StartedAt)!.Value.TotalSeconds;
        // What the slots would take if each had run without a pause.
        double linear = job.Counts.PaddedTokens * perToken / 1e6 / slots;
        table.Add(
        [
            N(slots), N(workers), N(job.Counts.Total), N(job.Counts.Shards), F(took), N(records / took), (linear / took).ToString("0.000", CultureInfo.InvariantCulture),
            .. after.Select(p => (1e6 * (p.Value - before[p.Key]) / records).ToString("0.0", CultureInfo.InvariantCulture)),
        ]);
        return job.Status == JobStatus.Completed && job.Counts.Computed == records;
    }

    private static Dictionary<string, double> Spent(NativeCluster cluster, int workers) => new()
    {
        ["coordinator"] = ProcessorTime.Of(cluster.ProcessId("coordinator")),
        ["results"] = ProcessorTime.Of(cluster.ProcessId("results")),
        ["workers"] = Enumerable.Range(1, workers).Sum(i => ProcessorTime.Of(cluster.ProcessId($"worker-{i}"))),
        ["PostgreSQL"] = ProcessorTime.Of(cluster.ServerProcessId("postgres"), withChildren: true),
        ["RabbitMQ"] = ProcessorTime.Of(cluster.ServerProcessId("rabbitmq")),
    };

    /// <summary>Lines of so many words, every one different.</summary>
    private static void WriteCorpus(string path, long records, int words, long first = 0)
    {
        string[] vocabulary = ["good", "bad", "film", "cafe", "naive", "resume", "a", "huge"];
        using var corpus = new StreamWriter(path);
        for (long i = first; i < first + records; i++)
        {
            long rest = i;
            for (int word = 0; word < words; word++, rest /= vocabulary.Length) corpus.Write($"{vocabulary[rest % vocabulary.Length]} ");
            corpus.Write('\n');
        }
    }

    private static string N(double value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);
}
