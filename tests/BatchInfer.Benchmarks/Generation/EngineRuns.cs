using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>The engine by itself: tokens in, tokens out, no services.</summary>
internal static class EngineRuns
{
    /// <summary>As it works: rows join and leave between steps.</summary>
    public static async Task<Speed> ContinuousAsync(GenerationEngine engine, GenerationSettings settings, int[][] prompts)
    {
        var watch = SpeedWatch.Start();
        return watch.Stop(await CountAsync(engine, settings, prompts));
    }

    /// <summary>As a loop over batches does it: the next batch begins when the last row of this one is done.</summary>
    public static async Task<Speed> FilledOnceAsync(GenerationEngine engine, GenerationSettings settings, int[][] prompts, int batch, int threads)
    {
        var watch = SpeedWatch.Start();
        long tokens = 0;
        int next = -batch;
        await Task.WhenAll(Enumerable.Range(0, threads).Select(_ => Task.Run(async () =>
        {
            while (Interlocked.Add(ref next, batch) is var start && start < prompts.Length)
                Interlocked.Add(ref tokens, await CountAsync(engine, settings, prompts[start..Math.Min(prompts.Length, start + batch)]));
        })));
        return watch.Stop(tokens);
    }

    private static async Task<long> CountAsync(GenerationEngine engine, GenerationSettings settings, int[][] prompts)
    {
        using var call = engine.CreateCall(settings, CancellationToken.None);
        long tokens = 0;
        await foreach (var results in engine.RunAsync(call, prompts.Select((p, i) => new GenerationRequest(call, i, p, 0)), CancellationToken.None))
            foreach (var result in results)
                tokens += result.ErrorMessage is { } error ? throw new InvalidOperationException(error) : result.NewTokens;
        return tokens;
    }
}
