using System.Text.Json.Nodes;
using BatchInfer.Benchmarks.Throughput;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>The prompts as whole jobs, from submit until the last text is stored.</summary>
/// <param name="client">Where they are submitted.</param>
/// <param name="model">Name of the model.</param>
/// <param name="texts">The prompts.</param>
/// <param name="promptTokens">Their tokens, which a job counts together with the new ones.</param>
internal sealed class GenerationJobs(BatchInferClient client, string model, IReadOnlyList<string> texts, long promptTokens)
{
    private readonly byte[] _jsonl = JobRunner.Jsonl(texts);

    /// <summary>Runs one job. It must ask for another number of new tokens than those before it, or finds its predictions stored.</summary>
    public async Task<Speed> RunAsync(int newTokens)
    {
        var run = await JobRunner.RunAsync(client, "", model, _jsonl, texts.Count, new JsonObject { ["max_new_tokens"] = newTokens });
        // What the other processes computed for is not this one's to count.
        return new Speed(run.Tokens - promptTokens, run.Seconds, double.NaN);
    }
}
