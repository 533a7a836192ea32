using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Runs a job in this process, to compare with.</summary>
internal static class Embedded
{
    public static async Task<List<PredictionLine>> RunAsync(string modelsFolder, byte[] corpus, JobRequest request, CancellationToken ct)
    {
        using var folder = new TemporaryFolder();
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings { DataFolder = folder["data"], ModelsFolder = modelsFolder, Quiet = true }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        var job = await client.SubmitAsync(new MemoryStream(corpus), "corpus.jsonl", request, ct);
        return await client.LinesAsync(await client.CompletedAsync(job.Id, ct), ct);
    }
}
