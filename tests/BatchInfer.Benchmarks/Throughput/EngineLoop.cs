using System.Diagnostics;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>The engine by itself: texts in, outputs out, no shards, no services. What it loses against the ceiling no service can win back.</summary>
internal static class EngineLoop
{
    public static async Task<Measurement> MeasureAsync(ModelPackage package, IReadOnlyList<string> texts, int threads)
    {
        await using var engine = InferenceEngine.Load(package, new InferenceOptions { ParallelRuns = threads });
        TextInput[] inputs = [.. texts.Select(t => new TextInput(t, null))];
        await RunAsync(engine, inputs[..Math.Min(inputs.Length, 64)]);
        return await RunAsync(engine, inputs);
    }

    private static async Task<Measurement> RunAsync(InferenceEngine engine, TextInput[] inputs)
    {
        long tokens = 0, padded = 0, started = Stopwatch.GetTimestamp();
        await foreach (var rows in engine.InferAsync(engine.Descriptor.DefaultTask, InferenceParameters.Empty, inputs, CancellationToken.None))
            foreach (var row in rows) (tokens, padded) = (tokens + row.Tokens, padded + row.PaddedTokens);
        return new Measurement("BatchInfer's engine alone", inputs.Length, Stopwatch.GetElapsedTime(started).TotalSeconds, tokens, padded);
    }
}
