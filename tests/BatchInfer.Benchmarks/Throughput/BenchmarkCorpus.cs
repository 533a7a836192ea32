using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace BatchInfer.Benchmarks.Throughput;

/// <summary>The first texts of a JSONL corpus, gzipped or plain.</summary>
internal sealed class BenchmarkCorpus
{
    public BenchmarkCorpus(string path, int records)
    {
        Stream file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        var jsonl = new StringBuilder();
        while (Texts.Count < records && reader.ReadLine() is { } line)
        {
            using var record = JsonDocument.Parse(line);
            Texts.Add(record.RootElement.GetProperty("text").GetString()!);
            jsonl.Append(line).Append('\n');
        }

        Jsonl = Encoding.UTF8.GetBytes(jsonl.ToString());
    }

    public List<string> Texts { get; } = [];

    public byte[] Jsonl { get; }
}
