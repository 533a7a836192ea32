using System.Text.Json;
using BatchInfer.Benchmarks.Throughput;

namespace BatchInfer.Benchmarks.Generation;

/// <summary>
/// The peer on a part of the prompts, evenly out of all of them. It says how many it did and not how long its answers were: greedy answers
/// are equal, so each counts as long as ours are on the average.
/// </summary>
internal sealed class GenerationPeer : IDisposable
{
    private readonly Peer _peer;
    private readonly ModelArgument _model;
    private readonly int _threads, _prompts;
    private readonly TemporaryFolder _folder = new();
    private int[] _batches = [8, 16, 32];

    private GenerationPeer(Peer peer, ModelArgument model, IReadOnlyList<string> texts, int prompts, int threads)
    {
        (_peer, _model, _threads, _prompts) = (peer, model, threads, Math.Min(prompts, texts.Count));
        File.WriteAllLines(Corpus, Enumerable.Range(0, _prompts).Select(i => JsonSerializer.Serialize(new { text = texts[(int)((long)i * texts.Count / _prompts)] })));
    }

    private string Corpus => _folder["prompts.jsonl"];

    /// <returns>Null, with a sentence on the error stream, where there is no peer.</returns>
    public static async Task<GenerationPeer?> FindAsync(ModelArgument model, IReadOnlyList<string> texts, int prompts, int threads) =>
        await Peer.FindAsync() is { } peer ? new GenerationPeer(peer, model, texts, prompts, threads) : null;

    /// <summary>One by one, as it does by default, and sorted by length at each batch size; from the second time on at the best of these.</summary>
    /// <param name="tokensOfAnswer">New tokens of an answer, on the average.</param>
    public async Task<IReadOnlyList<(string Way, Speed Speed)>> MeasureAsync(double tokensOfAnswer)
    {
        var runs = new List<(string Way, Speed Speed)> { ("peer, one by one", await RunAsync(1, sorted: false, tokensOfAnswer)) };
        foreach (int batch in _batches) runs.Add((Peer.Way(batch, sorted: true), await RunAsync(batch, sorted: true, tokensOfAnswer)));
        var best = runs.Skip(1).MaxBy(r => r.Speed.PerSecond);
        _batches = [.. _batches.Where(b => best.Way == Peer.Way(b, sorted: true))];
        return runs;
    }

    public void Dispose() => _folder.Dispose();

    private async Task<Speed> RunAsync(int batch, bool sorted, double tokensOfAnswer)
    {
        var run = await _peer.MeasureAsync(_model.Folder, _model.IsInt8, Corpus, _prompts, batch, sorted, _threads);
        return new Speed((long)(run.Records * tokensOfAnswer), run.Seconds, double.NaN);
    }
}
