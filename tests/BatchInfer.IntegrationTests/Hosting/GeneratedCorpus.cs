using System.Text;
using System.Text.Json;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>Corpora of any size from the sample sentences: every text differs.</summary>
internal static class GeneratedCorpus
{
    /// <summary>JSONL with ids <c>g-0</c>, <c>g-1</c>, …; two sentences to a text, and the salt, which makes it another corpus.</summary>
    /// <param name="records">Number of records.</param>
    /// <param name="salt">Stands in each text.</param>
    /// <param name="unread">Characters of a field that nobody reads. Shards are cut by bytes: with it they hold fewer records.</param>
    public static MemoryStream Jsonl(int records, string salt = "", int unread = 0)
    {
        string note = new('-', unread);
        var sentences = File.ReadLines(Repository.SampleSentences)
            .Select(line => JsonDocument.Parse(line).RootElement.GetProperty("text").GetString()!).ToArray();
        var corpus = new MemoryStream();
        using (var writer = new StreamWriter(corpus, new UTF8Encoding(false), leaveOpen: true))
        {
            for (int i = 0; i < records; i++)
            {
                string id = $"g-{i}";
                string text = $"{salt}{i}: {sentences[i % sentences.Length]} {sentences[(i * 7 + i / sentences.Length) % sentences.Length]}";
                writer.Write((unread == 0 ? JsonSerializer.Serialize(new { id, text }) : JsonSerializer.Serialize(new { id, text, note })) + "\n");
            }
        }

        corpus.Position = 0;
        return corpus;
    }
}
