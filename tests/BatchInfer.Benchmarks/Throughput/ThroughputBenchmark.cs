using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>All ways of predicting one corpus with one model, round after round, so that each meets the machine's good and bad minutes.</summary>
internal sealed class ThroughputBenchmark(string model, string corpusName, int records, int seconds, int workers, int threads, int rounds, bool withPeer)
{
    // What one file of the corpus holds, with some left as samples.
    private const int MaxRecords = 25_000;
    private readonly List<Measurement> _runs = [];

    public async Task RunAsync()
    {
        string path = Path.IsPathRooted(corpusName) ? corpusName : BenchmarkAssets.Find("corpora", corpusName);
        using var argument = new ModelArgument(model, () => Samples(path));
        var corpus = new BenchmarkCorpus(path, records == 0 ? MaxRecords : records);
        var peer = withPeer ? await Peer.FindAsync() : null;
        using var ceiling = new Ceiling(argument.Package, corpus.Texts, threads);
        ceiling.Prepare(records, seconds);
        if (ceiling.Records < corpus.Texts.Count) corpus = new BenchmarkCorpus(path, ceiling.Records);
        Console.Error.WriteLine($"{model}, {corpus.Texts.Count} texts; ceiling: {ceiling.Choice}");
        int[] sortedBatches = [8, 16, 32];
        for (int round = 0; round < rounds; round++)
        {
            Add(ceiling.Measure());
            Add(await EngineLoop.MeasureAsync(argument.Package, corpus.Texts, threads));
            Add(await ServicesAsync(argument, corpus));
            Add(ceiling.Measure());
            Add(await EmbeddedAsync(argument, corpus));
            if (peer is null) continue;
            // It takes ten times as long as all the rest, and what it lacks is no matter of noise.
            if (round == 0) Add(await peer.MeasureAsync(argument.Folder, argument.IsInt8, corpusName, corpus.Texts.Count, 32, sorted: false, threads));
            foreach (int batch in sortedBatches)
                Add(await peer.MeasureAsync(argument.Folder, argument.IsInt8, corpusName, corpus.Texts.Count, batch, sorted: true, threads));
            var best = _runs.Where(r => r.Way.EndsWith(Peer.Sorted, StringComparison.Ordinal)).MaxBy(r => r.RecordsPerSecond)!;
            sortedBatches = [.. sortedBatches.Where(b => best.Way == Peer.Way(b, sorted: true))];
        }

        Report(ceiling, corpus.Texts.Count);
    }

    // From the end of the corpus: texts like those that are measured, and others.
    private static List<string> Samples(string path)
    {
        var all = new BenchmarkCorpus(path, int.MaxValue).Texts;
        return [.. all.TakeLast(ModelQuantizer.MaxSamples)];
    }

    private async Task<Measurement> ServicesAsync(ModelArgument argument, BenchmarkCorpus corpus)
    {
        var settings = new Dictionary<string, string> { ["Inference__ParallelRuns"] = Math.Max(1, threads / workers).ToString(CultureInfo.InvariantCulture) };
        await using var cluster = await NativeCluster.StartAsync(argument.ModelsFolder, workers, settings);
        await cluster.ModelAsync(argument.Name);
        await WarmUpAsync(cluster.Client, argument.Name, corpus);
        return await JobRunner.RunAsync(cluster.Client, $"BatchInfer, RabbitMQ + PostgreSQL, {workers} worker{(workers == 1 ? "" : "s")}", argument.Name, corpus.Jsonl, corpus.Texts.Count);
    }

    private async Task<Measurement> EmbeddedAsync(ModelArgument argument, BenchmarkCorpus corpus)
    {
        await using var server = await EmbeddedServer.StartAsync(argument.ModelsFolder, threads);
        await WarmUpAsync(server.Client, argument.Name, corpus);
        return await JobRunner.RunAsync(server.Client, "BatchInfer, embedded", argument.Name, corpus.Jsonl, corpus.Texts.Count);
    }

    // The ceiling has its session open and its code compiled: so have the services, by jobs on other texts, so many that most of
    // what runs often has been compiled for the last time: that takes some fifteen seconds of a core over the three services.
    private static async Task WarmUpAsync(BatchInferClient client, string name, BenchmarkCorpus corpus)
    {
        const int Short = 1000;
        for (int pass = 0; pass < 4; pass++)
            await JobRunner.RunAsync(client, "", name, JobRunner.Jsonl(Enumerable.Range(0, Short).Select(i => $"Warm-up {pass}, {i}")), Short);
        await JobRunner.RunAsync(client, "", name, JobRunner.Jsonl(corpus.Texts.Select(t => "Warm-up. " + t)), corpus.Texts.Count);
    }

    private void Add(Measurement run)
    {
        Console.Error.WriteLine($"  {run.Way}: {run.RecordsPerSecond.ToString("N0", CultureInfo.InvariantCulture)} records/s");
        _runs.Add(run);
    }

    private void Report(Ceiling ceiling, int count)
    {
        Console.WriteLine();
        Console.WriteLine($"{model}, first {count} texts of {corpusName}, {threads} threads, median of {rounds} rounds (arrival order: one); ceiling: {ceiling.Choice}");
        Console.WriteLine();
        var table = new MarkdownTable("way", "records/s", "tokens/s", "padding", "of the ceiling");
        var medians = _runs.GroupBy(r => r.Way).Select(Measurement.Median).ToList();
        foreach (var median in medians) table.Add(median.Cells(medians[0].RecordsPerSecond));
        table.Write();
    }
}
