using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Pressure;

/// <summary>
/// <c>pressure</c>: a corpus of millions of short records and a model so small that the flow is the load: how many records a second are
/// planned, dispatched, predicted and stored, whether the memory of each process stays flat, and what each costs once its code is compiled.
/// </summary>
internal static class PressureCommand
{
    private const int Steps = 10;

    public static Command Create()
    {
        var records = new Argument<long>("records") { Description = "Records of the corpus", DefaultValueFactory = _ => 1_000_000 };
        var workers = new Argument<int>("workers") { Description = "Worker processes", DefaultValueFactory = _ => 1 };
        var command = new Command("pressure", "Millions of short records through the whole flow, and the memory of each process") { records, workers };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(records), parsed.GetValue(workers)));
        return command;
    }

    private static async Task<int> RunAsync(long records, int workers)
    {
        using var folder = new TemporaryFolder();
        using var model = WriteModel();
        Directory.CreateSymbolicLink(Directory.CreateDirectory(folder["models"]).FullName + "/tiny", model.Save());
        WriteCorpus(folder["corpus.txt"], records);
        await using var cluster = await NativeCluster.StartAsync(folder["models"], workers);
        await cluster.ModelAsync("tiny");

        FileResource file;
        await using (var corpus = File.OpenRead(folder["corpus.txt"])) file = await cluster.Client.UploadFileAsync(corpus, "corpus.txt");
        var processes = new List<string> { "coordinator", "results" };
        processes.AddRange(Enumerable.Range(1, workers).Select(i => $"worker-{i}"));
        var memory = processes.ToDictionary(p => p, p => new MemoryWatch(cluster.ProcessId(p)), StringComparer.Ordinal);
        long started = Stopwatch.GetTimestamp();
        var job = await cluster.Client.SubmitJobAsync(new JobRequest { Model = "tiny", Input = new JobInput { FileId = file.Id } });

        var table = new MarkdownTable(["records stored", "seconds", "records/s", .. processes]);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        long shown = 0, doneBefore = 0, half = 0;
        double secondsBefore = 0;
        double[] spentAtHalf = [];
        for (int step = 1; step <= Steps || !job.Status.IsFinal();)
        {
            await timer.WaitForNextTickAsync();
            job = await cluster.Client.GetJobAsync(job.Id);
            long done = job.Counts.Computed + job.Counts.Cached + job.Counts.Failed;
            if (job.Status.IsFinal() && shown == done) break;
            if (done < records * step / Steps && !job.Status.IsFinal()) continue;
            double seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
            table.Add([N(done), F(seconds), N((long)((done - doneBefore) / (seconds - secondsBefore))), .. processes.Select(p => Megabytes(memory[p].Now()))]);
            (shown, doneBefore, secondsBefore) = (done, done, seconds);
            if (half == 0 && done >= records / 2) (half, spentAtHalf) = (done, Spent());
            while (step <= Steps && done >= records * step / Steps) step++;
        }

        table.Write();
        var totals = new MarkdownTable(["whole", "seconds", "records/s", .. processes.Select(p => p + ", highest")]);
        double all = Stopwatch.GetElapsedTime(started).TotalSeconds;
        totals.Add([$"{job.Status}, {N(job.Counts.Total)} records, {N(job.Counts.Shards)} shards", F(all), N((long)(records / all)), .. processes.Select(p => Megabytes(memory[p].Highest()))]);
        Console.WriteLine();
        totals.Write();
        var costs = new MarkdownTable(["the second half", .. processes, "PostgreSQL", "RabbitMQ"]);
        if (half > 0 && records > half)
            costs.Add(["milliseconds of processor for 1,000 records", .. Spent().Zip(spentAtHalf, (after, before) => F(1e6 * (after - before) / (records - half)))]);
        Console.WriteLine();
        costs.Write();
        return job.Status == JobStatus.Completed && job.Counts.Total == records && job.Counts.Failed == 0 ? 0 : 1;

        double[] Spent() =>
        [
            .. processes.Select(p => ProcessorTime.Of(cluster.ProcessId(p))),
            ProcessorTime.Of(cluster.ServerProcessId("postgres"), withChildren: true), ProcessorTime.Of(cluster.ServerProcessId("rabbitmq")),
        ];
    }

    /// <summary>A row of a table for the second token: hardly more than the call.</summary>
    private static TestModelFolder WriteModel()
    {
        var folder = TestModelFolder.Classifier(TestModelFolder.Table(2, (id, label) => label == 0 ? id * 0.1f : 1), "FEW", "MANY");
        return folder;
    }

    /// <summary>Lines of a few words, every one different, so that each is predicted and stored.</summary>
    private static void WriteCorpus(string path, long records)
    {
        string[] words = ["good", "bad", "film", "cafe", "naive", "resume", "a", "huge"];
        using var corpus = new StreamWriter(path);
        for (long i = 0; i < records; i++)
        {
            for (long rest = i + 1; rest > 0; rest /= words.Length)
            {
                corpus.Write(words[rest % words.Length]);
                corpus.Write(' ');
            }

            corpus.Write('\n');
        }
    }

    private static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string F(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => $"{N(bytes / 1_000_000)} MB";
}
