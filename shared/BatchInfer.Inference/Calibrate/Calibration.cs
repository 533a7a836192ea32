using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using BatchInfer.Contracts;
using Microsoft.ML.OnnxRuntime;

namespace BatchInfer.Inference;

/// <summary>
/// Finds the layout that is fastest for a model on this machine: measured once for a few seconds, then kept on disk for the
/// model's revision, the processor and the runtime.
/// </summary>
internal static class Calibration
{
    // Lengths of texts in words as they are met: most of them short, a few long.
    private static readonly int[] Lengths = [6, 8, 9, 10, 11, 12, 12, 13, 14, 15, 16, 18, 20, 23, 26, 30, 36, 44, 56, 80, 130, 240];

    /// <summary>The layout that the options pin, else the one kept, else the one measured when there is time for that, else the default.</summary>
    public static RunLayout Choose(ModelPackage package, InferenceOptions options)
    {
        // A layout in parts pinned is the user's own; there is nothing to choose.
        if (options.ParallelRuns > 0 || options.MaxBatchTokens > 0) return Pinned(options);
        string path = PathFor(package, options);
        if (Read(path) is { } kept) return kept;
        if (options.CalibrationSeconds <= 0 || package.Outputs.Count == 0) return RunLayout.Default;
        var (best, rate) = Measure(package, options);
        // Nothing came through, so nothing is known: the default is not to pass for what was found best.
        if (rate > 0) Write(path, best);
        return best;
    }

    private static RunLayout Pinned(InferenceOptions options) => RunLayout.Default with
    {
        ParallelRuns = options.EffectiveParallelRuns, MaxBatchTokens = options.EffectiveMaxBatchTokens,
    };

    private static (RunLayout Layout, double Rate) Measure(ModelPackage package, InferenceOptions options)
    {
        int cores = Environment.ProcessorCount;
        var layouts = new List<RunLayout> { RunLayout.Default };
        if (cores > 1) layouts.Add(RunLayout.Default with { ParallelRuns = 1, ThreadsPerRun = cores });
        if (cores >= 4) layouts.Add(RunLayout.Default with { ParallelRuns = cores / 2, ThreadsPerRun = 2 });
        int[] budgets = [256, 1024, 2048];
        var each = TimeSpan.FromSeconds(options.CalibrationSeconds / (layouts.Count + budgets.Length));
        // First the threads, then the batches with the best of them.
        var best = Fastest(layouts, RunLayout.Default, package, options, each);
        return Fastest(budgets.Select(b => best.Layout with { MaxBatchTokens = b }), best.Layout, package, options, each, best.Rate);
    }

    private static (RunLayout Layout, double Rate) Fastest(
        IEnumerable<RunLayout> layouts, RunLayout first, ModelPackage package, InferenceOptions options, TimeSpan each, double rate = 0)
    {
        var best = (Layout: first, Rate: rate);
        foreach (var layout in layouts)
        {
            double measured = RateOf(layout, package, options, each);
            // Within the noise of a short measurement the earlier, simpler one stays.
            if (measured > best.Rate * 1.05) best = (layout, measured);
        }

        return best;
    }

    /// <summary>Tokens a second of the model's default task; 0 where the model runs none of the texts.</summary>
    internal static double RateOf(RunLayout layout, ModelPackage package, InferenceOptions options, TimeSpan time)
    {
        using var engine = InferenceEngine.Load(package, options, layout);
        using var stop = new CancellationTokenSource();
        var inputs = Enumerable.Range(0, 64 * Lengths.Length).Select(i => Input(package.Descriptor.DefaultTask, Lengths[i % Lengths.Length], i)).ToArray();
        return Task.Run(async () =>
        {
            long tokens = 0, started = Stopwatch.GetTimestamp();
            do
            {
                await foreach (var rows in engine.InferAsync(engine.Descriptor.DefaultTask, InferenceParameters.Empty, inputs, stop.Token).ConfigureAwait(false))
                {
                    // Whatever came of them, the model ran them: a text without a mask is an error row after the run.
                    foreach (var row in rows) tokens += row.Tokens;
                    if (Stopwatch.GetElapsedTime(started) >= time) break;
                }
            }
            while (Stopwatch.GetElapsedTime(started) < time);
            return tokens / Stopwatch.GetElapsedTime(started).TotalSeconds;
        }).GetAwaiter().GetResult();
    }

    // A pair is a question or a query of a few words with a text.
    private static TextInput Input(string task, int words, int seed) =>
        task is TaskNames.QuestionAnswering or TaskNames.TextRanking or TaskNames.SentenceSimilarity
            ? new TextInput(Text(4, seed), Text(words, seed))
            : new TextInput(Text(words, seed), null);

    private static string Text(int words, int seed) => string.Join(' ', Enumerable.Range(0, words).Select(w => ((seed * 31 + w * 17) % 7) switch
    {
        0 => "the", 1 => "model", 2 => "of", 3 => "a", 4 => "good", 5 => "year", _ => "and",
    }));

    private static string PathFor(ModelPackage package, InferenceOptions options)
    {
        string folder = options.CalibrationFolder ?? Path.Combine(
            Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } xdg
                ? xdg
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile, Environment.SpecialFolderOption.DoNotVerify), ".cache"),
            "batchinfer", "calibration");
        string machine = string.Create(CultureInfo.InvariantCulture, $"{Processor()}|{Environment.ProcessorCount}|{OrtEnv.Instance().GetVersionString()}|{options.Provider}");
        return Path.Combine(folder, $"{package.Descriptor.Revision[..24]}-{Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(machine)))[..12]}.json");
    }

    private static string Processor()
    {
        const string path = "/proc/cpuinfo";
        return File.Exists(path)
            ? File.ReadLines(path).FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal)) ?? ""
            : Environment.GetEnvironmentVariable("PROCESSOR_IDENTIFIER") ?? "";
    }

    private static RunLayout? Read(string path)
    {
        try
        {
            var kept = File.Exists(path) ? JsonSerializer.Deserialize<RunLayout>(File.ReadAllText(path)) : null;
            return kept is { ParallelRuns: > 0 and <= 1024, ThreadsPerRun: > 0 and <= 1024, MaxBatchTokens: > 0 and <= 1 << 20 } ? kept : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            // As good as not there: it is measured again.
            return null;
        }
    }

    private static void Write(string path, RunLayout layout)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            string temporary = path + "." + Path.GetRandomFileName();
            File.WriteAllText(temporary, JsonSerializer.Serialize(layout));
            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A cache that cannot be written costs these seconds again, nothing else.
        }
    }
}
