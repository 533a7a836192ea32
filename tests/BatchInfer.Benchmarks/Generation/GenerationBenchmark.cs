using System.Globalization;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Benchmarks.Throughput;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>All ways of generating from the same prompts, round after round, so that what else the machine does falls on all of them.</summary>
internal sealed class GenerationBenchmark(ModelArgument argument, IReadOnlyList<string> texts, GenerationOptions options)
{
    // For the arenas, and until the compiler has come to rest: a job of hours does not pay for it.
    private const int WarmUps = 4;
    private const int FilledOnce = 32;
    private readonly int _threads = options.Inference.ParallelRuns;

    public async Task RunAsync()
    {
        using var model = new GenerationModel(argument.Package, options.Inference);
        int[][] prompts = model.Tokenize(texts);
        await CompareAsync(model, prompts);
        if (options.PrefixTokens == 0 || model.Engine.IsEncoderDecoder) return;
        Console.WriteLine();
        await new SharedPrefix(model, prompts, options.PrefixTokens, options.NewTokens).MeasureAsync(options.Rounds, _threads);
    }

    private async Task CompareAsync(GenerationModel model, int[][] prompts)
    {
        var table = new SpeedTable();
        for (int i = 0; i < WarmUps; i++) await EngineRuns.ContinuousAsync(model.Engine, model.Settings(options.NewTokens), prompts);
        int[] median = prompts.OrderBy(p => p.Length).ElementAt(prompts.Length / 2);
        int newTokens = Math.Max(1, (int)((await EngineRuns.ContinuousAsync(model.Engine, model.Settings(options.NewTokens), prompts)).Tokens / prompts.Length));
        int best = model.Loop.BestBatch(median, newTokens, _threads);

        string step = options.Inference.MaxStepTokens.ToString(CultureInfo.InvariantCulture);
        await using var cluster = await NativeCluster.StartAsync(argument.ModelsFolder, 1, new Dictionary<string, string>
        {
            ["Inference__ParallelRuns"] = _threads.ToString(CultureInfo.InvariantCulture),
            ["Inference__MaxStepTokens"] = step,
        });
        await cluster.ModelAsync(argument.Name);
        await using var embedded = await EmbeddedServer.StartAsync(argument.ModelsFolder, _threads, "--Inference:MaxStepTokens=" + step);
        long promptTokens = prompts.Sum(p => (long)p.Length);
        var services = new GenerationJobs(cluster.Client, argument.Name, texts, promptTokens);
        var standalone = new GenerationJobs(embedded.Client, argument.Name, texts, promptTokens);
        // Each round asks for one new token more than the one before it, and warm-ups for more than all of them: so none is cached.
        for (int i = 0; i < WarmUps; i++)
        {
            await services.RunAsync(options.NewTokens + options.Rounds + i);
            await standalone.RunAsync(options.NewTokens + options.Rounds + i);
        }

        using var peer = options.PeerPrompts == 0 ? null : await GenerationPeer.FindAsync(argument, texts, options.PeerPrompts, _threads);
        for (int round = 0; round < options.Rounds; round++)
        {
            int most = options.NewTokens + round;
            AddCeiling();
            var engine = await EngineRuns.ContinuousAsync(model.Engine, model.Settings(most), prompts);
            table.Add("engine alone", engine);
            table.Add($"engine alone, batches of {FilledOnce} filled once", await EngineRuns.FilledOnceAsync(model.Engine, model.Settings(most), prompts, FilledOnce, _threads));
            AddCeiling();
            table.Add("RabbitMQ + PostgreSQL, stored", Whole(await services.RunAsync(most), engine));
            AddCeiling();
            table.Add("embedded, stored", Whole(await standalone.RunAsync(most), engine));
            if (peer is null) continue;
            AddCeiling();
            foreach (var (way, speed) in await peer.MeasureAsync((double)engine.Tokens / prompts.Length)) table.Add(way, speed);
        }

        Console.WriteLine();
        Console.WriteLine($"{model.Name}, {prompts.Length} prompts, about {newTokens} new tokens each, {_threads} threads, middle of {options.Rounds} rounds");
        Console.WriteLine();
        table.Write();

        void AddCeiling() => table.AddCeiling($"ceiling: bare step loop, {best} rows", model.Loop.Measure(median, best, newTokens, _threads));
    }

    // What was stored before or stands twice in the job is not computed: such a job would look faster than it is.
    private static Speed Whole(Speed job, Speed engine) => Math.Abs(job.Tokens - engine.Tokens) <= engine.Tokens / 100
        ? job : throw new InvalidOperationException($"The job wrote {job.Tokens} tokens, the engine alone {engine.Tokens}: it did not compute every prompt.");
}
