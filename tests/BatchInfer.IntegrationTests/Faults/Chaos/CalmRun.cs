using System.Text;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.EndToEnd;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>What every run under faults is compared with: the same records, predicted while nothing went wrong.</summary>
/// <param name="Corpus">The corpus: texts of the sample sentences, and now and then a record that is none.</param>
/// <param name="Lines">What became of each record, in input order.</param>
internal sealed record CalmRun(byte[] Corpus, IReadOnlyList<PredictionLine> Lines)
{
    /// <summary>Characters, and so tokens, that no text has.</summary>
    public const int LongestText = 200;

    public static readonly JobRequest Request = new() { Model = "sentiment", IdField = "id" };
    private static readonly Dictionary<int, Task<CalmRun>> Runs = [];

    /// <summary>The calm run over so many records; computed once.</summary>
    public static Task<CalmRun> OfAsync(int records, CancellationToken ct)
    {
        lock (Runs) return Runs.TryGetValue(records, out var run) ? run : Runs[records] = ComputeAsync(records, ct);
    }

    private static async Task<CalmRun> ComputeAsync(int records, CancellationToken ct)
    {
        using var good = new StreamReader(GeneratedCorpus.Jsonl(records));
        var corpus = new StringBuilder();
        for (int i = 0; await good.ReadLineAsync(ct) is { } line; i++)
            corpus.Append((i % 97) switch
            {
                11 => $"{{\"id\":\"g-{i}\"}}",
                23 => $"{{\"id\":\"g-{i}\",\"text\":\"  \"}}",
                // Equal to one a few records before, in the same shard or the one before it.
                41 => JsonSerializer.Serialize(new { id = $"g-{i}", text = "The same words again and again." }),
                _ => JsonSerializer.Serialize(new { id = $"g-{i}", text = Short(line) }),
            }).Append('\n');
        byte[] bytes = Encoding.UTF8.GetBytes(corpus.ToString());
        return new CalmRun(bytes, await Embedded.RunAsync(Repository.SampleModels, bytes, Request, ct));
    }

    /// <summary>A text that has fewer tokens than any length limit of a run, as it has fewer characters.</summary>
    private static string Short(string line)
    {
        using var record = JsonDocument.Parse(line);
        string text = record.RootElement.GetProperty("text").GetString()!;
        return text[..Math.Min(text.Length, LongestText - 10)];
    }
}
