using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>
/// <c>generation</c>: tokens per second of the generation on prompts and answers of mixed lengths, against the bare step loop at its best batch,
/// and against batches that are filled once and run to their end.
/// </summary>
internal static class GenerationCommand
{
    private const int WarmUps = 4;

    public static Command Create()
    {
        var model = new Argument<DirectoryInfo>("model") { Description = "Folder of a model that generates" };
        var prompts = new Argument<FileInfo>("prompts") { Description = "Lines with input_ids, as in the assets' oracle/reference" };
        model.AcceptExistingOnly();
        prompts.AcceptExistingOnly();
        var rows = new Option<int>("--rows") { Description = "Prompts; those of the file over and over", DefaultValueFactory = _ => 2000 };
        var most = new Option<int>("--new") { Description = "New tokens of a row, at most", DefaultValueFactory = _ => 48 };
        var threads = new Option<int>("--threads") { Description = "Runs side by side", DefaultValueFactory = _ => 2 };
        var rounds = new Option<int>("--rounds") { Description = "Rounds, of which the middle one of each ratio counts", DefaultValueFactory = _ => 5 };
        var stepTokens = new Option<int>("--step-tokens") { Description = "Size of one step; 0: the engine's own choice", DefaultValueFactory = _ => 0 };
        var command = new Command("generation", "Generated tokens per second, beside the bare step loop") { model, prompts, rows, most, threads, rounds, stepTokens };
        command.SetAction(parsed => Run(
            Path.TrimEndingDirectorySeparator(parsed.GetRequiredValue(model).FullName), parsed.GetRequiredValue(prompts).FullName, parsed.GetValue(rows), parsed.GetValue(most), parsed.GetValue(rounds),
            new InferenceOptions { ParallelRuns = parsed.GetValue(threads), MaxStepTokens = parsed.GetValue(stepTokens) }));
        return command;
    }

    private static int Run(string folder, string reference, int rows, int most, int rounds, InferenceOptions options)
    {
        string name = Path.GetFileName(folder);
        int threads = options.ParallelRuns;
        var config = ModelConfig.Read(folder);
        var files = Files(folder);
        var defaults = GenerationDefaults.Read(folder, config.ContextLength);
        var settings = new GenerationSettingsReader(defaults, new SpecialTokens(null, null, null, null, null, null, null),
            Contracts.InferenceParameters.Parse($$"""{"max_new_tokens":{{most}}}""")).Read(files.IsEncoderDecoder);
        int[][] prompts = [.. Read(reference, rows)];

        using var engine = new GenerationEngine(name, files, config, options);
        // For the arenas, and until the compiler has come to rest: a job of hours does not pay for it.
        for (int i = 0; i < WarmUps; i++) Report(name, "warming up", Measure(engine, settings, prompts), $"{rows} rows");
        using var encoder = files.Encoder is { } file ? new EncoderGraph(file, config.PadTokenId) : null;
        using var decoder = new DecoderGraph(files, config.CacheHeads, config.HeadSize);
        var loop = new StepLoop(encoder, decoder, settings.DecoderStartToken);
        int[] median = prompts.OrderBy(p => p.Length).ElementAt(prompts.Length / 2);
        int newTokens = Math.Max(1, (int)(Measure(engine, settings, prompts).Tokens / rows)), best = BestBatch(loop, median, newTokens, threads, name);
        // By turns, so that what else the machine does falls on all of them.
        List<double> byClock = [], byCpu = [], overFilledByClock = [], overFilledByCpu = [];
        for (int round = 0; round < rounds; round++)
        {
            var ceiling = loop.Measure(median, best, newTokens, threads, 1.5);
            var continuous = Measure(engine, settings, prompts);
            var filledOnce = MeasureFilledOnce(engine, settings, prompts, batch: 32, threads);
            Report(name, "ceiling", ceiling, $"{best} rows, prompts of {median.Length}, {newTokens} new tokens");
            Report(name, "continuous", continuous, $"{rows} rows, {continuous.Tokens} new tokens");
            Report(name, "batches filled once", filledOnce, "32 rows each");
            byClock.Add(continuous.PerSecond / ceiling.PerSecond);
            byCpu.Add(continuous.PerCpuSecond / ceiling.PerCpuSecond);
            overFilledByClock.Add(continuous.PerSecond / filledOnce.PerSecond);
            overFilledByCpu.Add(continuous.PerCpuSecond / filledOnce.PerCpuSecond);
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: continuous is {Median(byClock)} of the ceiling by the clock, {Median(byCpu)} by CPU time; {Median(overFilledByClock)} and {Median(overFilledByCpu)} of batches filled once"));
        return 0;
    }

    private static string Median(List<double> ratios)
    {
        ratios.Sort();
        return string.Create(CultureInfo.InvariantCulture, $"{ratios[ratios.Count / 2]:0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00})");
    }

    private static int BestBatch(StepLoop loop, int[] prompt, int newTokens, int threads, string name)
    {
        int best = 0;
        double most = 0;
        foreach (int batch in (int[])[8, 16, 32, 64, 128, 256])
        {
            var speed = loop.Measure(prompt, batch, newTokens, threads, 1.5);
            Report(name, $"step loop, {batch} rows", speed, $"prompts of {prompt.Length}, {newTokens} new tokens");
            if (speed.PerCpuSecond > most) (best, most) = (batch, speed.PerCpuSecond);
        }

        return best;
    }

    private static Speed Measure(GenerationEngine engine, GenerationSettings settings, int[][] prompts)
    {
        var watch = SpeedWatch.Start();
        return watch.Stop(CountAsync(engine, settings, prompts).GetAwaiter().GetResult());
    }

    // As a loop over batches does it: the next batch begins when the last row of this one is done.
    private static Speed MeasureFilledOnce(GenerationEngine engine, GenerationSettings settings, int[][] prompts, int batch, int threads)
    {
        var watch = SpeedWatch.Start();
        long tokens = 0;
        int next = -batch;
        var running = Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Add(ref next, batch) is var start && start < prompts.Length)
                Interlocked.Add(ref tokens, await CountAsync(engine, settings, prompts[start..Math.Min(prompts.Length, start + batch)]));
        })).ToArray();
        Task.WaitAll(running);
        return watch.Stop(tokens);
    }

    private static async Task<long> CountAsync(GenerationEngine engine, GenerationSettings settings, int[][] prompts)
    {
        using var call = engine.CreateCall(settings, CancellationToken.None);
        long tokens = 0;
        await foreach (var results in engine.RunAsync(call, prompts.Select((p, i) => new GenerationRequest(call, i, p, 0)), CancellationToken.None))
            tokens += results.Sum(r => r.NewTokens);
        return tokens;
    }

    private static GenerationFiles Files(string folder)
    {
        if (GenerationFolder.Find(folder).TryGetValue("", out var paths)) return paths.Read();
        string path = Path.Combine(folder, "onnx", "model.onnx");
        return new GenerationFiles(null, new ModelGraph(path, OnnxGraphReader.Read(path)), null);
    }

    private static IEnumerable<int[]> Read(string path, int rows)
    {
        int[][] prompts = [.. File.ReadLines(path).Select(l => JsonDocument.Parse(l).RootElement.GetProperty("input_ids").EnumerateArray().Select(i => i.GetInt32()).ToArray())];
        return Enumerable.Range(0, rows).Select(i => prompts[i % prompts.Length]);
    }

    private static void Report(string model, string what, Speed speed, string note) => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
        $"{model,-26} {what,-22} {speed.PerSecond,8:0} tokens/s {speed.PerCpuSecond,8:0} tokens/CPU s   {note}"));
}
