using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using BatchInfer.Benchmarks.Hosting;
using BatchInfer.Inference;

namespace BatchInfer.Benchmarks.Tokenizers;

/// <summary>
/// <c>tokenizers</c>: tokens per second of each kind of tokenizer on one thread, on the texts of <c>mixed-en</c>, beside transformers.js on
/// the same texts where it is asked for.
/// </summary>
internal static class TokenizerCommand
{
    private const int Passes = 3;
    private static readonly string[] Models = ["small-embed-bert", "small-ner-unigram", "layout-genai-tiny-random-gpt2", "stories260k-llama"];

    public static Command Create()
    {
        var records = new Argument<int>("records") { Description = "Texts, from the corpus' start", DefaultValueFactory = _ => 20_000 };
        var peer = new Option<bool>("--peer") { Description = "Measure the peer too (needs node; installs it from npm)" };
        var command = new Command("tokenizers", "Tokens per second of each kind of tokenizer, beside transformers.js") { records, peer };
        command.SetAction(async (parsed, _) => Run(parsed.GetValue(records), parsed.GetValue(peer) ? (await Throughput.Peer.FindAsync())?.Folder : null));
        return command;
    }

    private static int Run(int records, string? peer)
    {
        var texts = ReadTexts(BenchmarkAssets.Find("corpora", "mixed-en", "mixed-en-0.jsonl.gz"), records);
        Console.WriteLine($"{texts.Count} texts, {texts.Sum(t => (long)t.Length)} characters, one thread, best of {Passes}");
        foreach (string model in Models)
        {
            var tokenizer = TextTokenizer.Load(BenchmarkAssets.Find("models", model));
            var (tokens, plain) = Measure(tokenizer, texts, withDetails: false);
            var (_, detailed) = Measure(tokenizer, texts, withDetails: true);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{model}: {tokens} tokens, {plain / 1e6:F2} M tokens/s, with offsets {detailed / 1e6:F2} M{Peer(peer, model, texts, plain)}"));
        }

        return 0;
    }

    private static (long Tokens, double PerSecond) Measure(TextTokenizer tokenizer, List<string> texts, bool withDetails)
    {
        using var encoder = tokenizer.CreateEncoder();
        using var buffer = new TokenBuffer(withDetails);
        long tokens = 0;
        double best = 0;
        for (int pass = 0; pass < Passes; pass++)
        {
            tokens = 0;
            long start = Stopwatch.GetTimestamp();
            foreach (string text in texts)
            {
                buffer.Clear();
                encoder.Encode(new TextInput(text, null), EncodeOptions.Whole, buffer);
                tokens += buffer.Count;
            }

            best = Math.Max(best, tokens / Stopwatch.GetElapsedTime(start).TotalSeconds);
        }

        return (tokens, best);
    }

    private static string Peer(string? folder, string model, List<string> texts, double ours)
    {
        if (folder is null) return "";
        string file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, JsonSerializer.Serialize(texts));
            var start = new ProcessStartInfo("node", [Path.Combine(Repository.Root, "tests", "BatchInfer.Benchmarks", "Tokenizers", "peer.mjs"), BenchmarkAssets.Find("models"), model, file])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            if (process.ExitCode != 0) return "; the peer failed";
            using var json = JsonDocument.Parse(output);
            double theirs = json.RootElement.GetProperty("tokensPerSecond").GetDouble();
            return string.Create(CultureInfo.InvariantCulture, $"; transformers.js {json.RootElement.GetProperty("tokens").GetInt64()} tokens, {theirs / 1e6:F2} M tokens/s: {ours / theirs:F1} times");
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static List<string> ReadTexts(string path, int records)
    {
        using var reader = new StreamReader(new GZipStream(File.OpenRead(path), CompressionMode.Decompress));
        var texts = new List<string>();
        while (texts.Count < records && reader.ReadLine() is { } line)
        {
            using var record = JsonDocument.Parse(line);
            texts.Add(record.RootElement.GetProperty("text").GetString()!);
        }

        return texts;
    }
}
