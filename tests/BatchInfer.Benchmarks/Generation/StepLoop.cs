using System.Diagnostics;
using System.Numerics.Tensors;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>
/// The ceiling of generation: the graph's steps and nothing else. Rows of one length that all write equally many tokens, the
/// likeliest each, with nobody to stop, to join or to write down.
/// </summary>
internal sealed class StepLoop(EncoderGraph? encoder, DecoderGraph decoder, int startToken)
{
    // When no batch is begun any more.
    private const double Seconds = 1.5;

    // Rows × prompt of a first step: more takes gigabytes, and no model has been fastest there.
    private const int MaxPromptTokens = 32_768;

    /// <summary>The number of rows with which it is fastest.</summary>
    public int BestBatch(int[] prompt, int newTokens, int threads) => ((int[])[8, 16, 32, 64, 128, 256])
        .Where(rows => rows * prompt.Length <= MaxPromptTokens).MaxBy(rows =>
        {
            var speed = Measure(prompt, rows, newTokens, threads);
            Console.Error.WriteLine($"  step loop, {rows} rows of {prompt.Length} tokens, {newTokens} new ones: {speed}");
            return speed.PerCpuSecond;
        });

    /// <summary>Runs batches on several threads for a while.</summary>
    /// <param name="prompt">Tokens of each row.</param>
    /// <param name="rows">Rows of a batch.</param>
    /// <param name="newTokens">Tokens that each writes.</param>
    /// <param name="threads">Threads, each with batches of its own.</param>
    /// <returns>New tokens, and what they took.</returns>
    public Speed Measure(int[] prompt, int rows, int newTokens, int threads)
    {
        long started = Stopwatch.GetTimestamp(), tokens = 0;
        var watch = SpeedWatch.Start();
        var running = Enumerable.Range(0, threads).Select(_ => new Thread(() =>
        {
            using var workspace = new StepWorkspace();
            while (Stopwatch.GetElapsedTime(started).TotalSeconds < Seconds)
            {
                RunBatch(prompt, rows, newTokens, workspace);
                Interlocked.Add(ref tokens, (long)rows * newTokens);
            }
        })).ToList();
        running.ForEach(t => t.Start());
        running.ForEach(t => t.Join());
        return watch.Stop(tokens);
    }

    private void RunBatch(int[] prompt, int rows, int newTokens, StepWorkspace workspace)
    {
        using var source = encoder?.Run([.. Enumerable.Repeat(prompt, rows)], prompt.Length, workspace.Run);
        int[] first = encoder is null ? prompt : [startToken];
        long[] ids = new long[rows * first.Length];
        for (int i = 0; i < ids.Length; i++) ids[i] = first[i % first.Length];
        int[] places = [.. Enumerable.Range(0, rows)];
        KeyValueCache? cache = null;
        try
        {
            for (int t = 0; t < newTokens; t++)
            {
                using var logits = decoder.Run(new DecoderStep(ids, rows, t == 0 ? 0 : first.Length + t - 1, source), ref cache, lastOnly: true, workspace.Run);
                long[] shape = logits.GetTensorTypeAndShape().Shape;
                var row = new RowLogits(workspace.Floats(logits), (int)shape[1], (int)shape[2], places);
                if (ids.Length != rows) ids = new long[rows];
                for (int r = 0; r < rows; r++) ids[r] = TensorPrimitives.IndexOfMax(row[r]);
            }
        }
        finally
        {
            cache?.Dispose();
        }
    }
}
