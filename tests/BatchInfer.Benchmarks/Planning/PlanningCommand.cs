using System.CommandLine;
using System.Globalization;
using System.Text;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Throughput;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Planning;

/// <summary><c>planning</c>: how fast the coordinator cuts a large JSONL file into shards, and what memory it takes.</summary>
internal static class PlanningCommand
{
    public static Command Create()
    {
        var megabytes = new Option<int>("--megabytes") { Description = "Size of the file", DefaultValueFactory = _ => 1000 };
        var command = new Command("planning", "Planning a large JSONL file: MB/s, and the coordinator's memory") { megabytes };
        command.SetAction((parsed, _) => RunAsync(parsed.GetValue(megabytes) * 1_000_000L));
        return command;
    }

    private static async Task<int> RunAsync(long bytes)
    {
        using var folder = new TemporaryFolder();
        using var model = new ModelArgument("sentiment");
        long records = Write(folder["corpus.jsonl"], bytes);
        await using var cluster = await NativeCluster.StartAsync(model.ModelsFolder, workers: 1);
        await cluster.ModelAsync(model.Name);
        var memory = new MemoryWatch(cluster.ProcessId("coordinator"));
        FileResource file;
        using (var corpus = File.OpenRead(folder["corpus.jsonl"])) file = await cluster.Client.UploadFileAsync(corpus, "corpus.jsonl");
        long afterUpload = memory.Highest();
        // Without a worker to compete with for the cores, and with its queue there.
        await Task.Run(() => System.Diagnostics.Process.GetProcessById(cluster.ProcessId("worker-1")).Kill());
        long started = System.Diagnostics.Stopwatch.GetTimestamp();
        var job = await cluster.Client.SubmitJobAsync(new JobRequest { Model = model.Name, IdField = "id", Input = new JobInput { FileId = file.Id } });
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (job.Status == JobStatus.Planning)
        {
            await timer.WaitForNextTickAsync();
            job = await cluster.Client.GetJobAsync(job.Id);
        }

        double seconds = System.Diagnostics.Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (job.Counts.Total != records) throw new InvalidOperationException($"Planned {job.Counts.Total} of {records} records; the job is {job.Status}: {job.Message}");
        var table = new MarkdownTable("file", "records", "shards", "seconds", "MB/s", "coordinator, upload", "coordinator, highest");
        table.Add(Megabytes(bytes), N(records), N(job.Counts.Shards), seconds.ToString("0.00", CultureInfo.InvariantCulture),
            N((long)(bytes / 1e6 / seconds)), Megabytes(afterUpload), Megabytes(memory.Highest()));
        table.Write();
        return 0;
    }

    private static string N(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Megabytes(long bytes) => $"{N(bytes / 1_000_000)} MB";

    // Lengths as in real text: mostly short, now and then long.
    private static long Write(string path, long bytes)
    {
        var random = new Random(1);
        string words = string.Concat(Enumerable.Range(0, 2000).Select(i => $"word{i} "));
        long records = 0;
        using var file = new StreamWriter(path, new UTF8Encoding(false), new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, BufferSize = 1 << 20 });
        for (long written = 0; written < bytes; records++)
        {
            int length = random.Next(20) == 0 ? random.Next(500, 4000) : random.Next(20, 300);
            string line = $"{{\"id\":\"r-{records}\",\"text\":\"{words.AsSpan(random.Next(words.Length - length), length)}\"}}\n";
            file.Write(line);
            written += line.Length;
        }

        return records;
    }
}
