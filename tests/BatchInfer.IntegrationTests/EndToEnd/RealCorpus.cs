using System.IO.Compression;
using System.Text.Json;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Real texts with what an independent implementation says about some of them.</summary>
internal static class RealCorpus
{
    /// <summary>The first lines of gzipped JSONL corpora, one after the other.</summary>
    public static byte[] Read(int records, params string[] corpora)
    {
        var lines = corpora.SelectMany(ReadLines).Take(records).ToList();
        Assert.Equal(records, lines.Count);
        return System.Text.Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    /// <summary>Reference outputs by record id.</summary>
    public static Dictionary<string, JsonElement> Reference(string name) =>
        File.ReadLines(Assets.Reference(name))
            .Select(line => JsonDocument.Parse(line).RootElement)
            .ToDictionary(e => e.GetProperty("id").GetString()!);

    private static List<string> ReadLines(string corpus)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Assets.Corpus(corpus)), CompressionMode.Decompress));
        var lines = new List<string>();
        while (reader.ReadLine() is { } line) lines.Add(line);
        return lines;
    }
}
