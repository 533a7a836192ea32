using System.IO.Compression;
using System.Reflection;
using System.Text.Json;
using BatchInfer.Inference;

namespace BatchInfer.UnitTests.Inference.Tokenization;

/// <summary>The small tokenizers of <c>components.json.gz</c>, with what the reference gives for them.</summary>
internal static class TestTokenizers
{
    private static readonly JsonElement Root = Read();

    public static IEnumerable<string> Names => Root.EnumerateArray().Select(r => r.GetProperty("name").GetString()!);

    /// <summary>A tokenizer and its reference answers.</summary>
    public static JsonElement Get(string name) => Root.EnumerateArray().Single(r => r.GetProperty("name").GetString() == name);

    public static TextTokenizer Load(string name) => TokenizerText.LoadFile(Get(name).GetProperty("tokenizer").GetRawText());

    private static JsonElement Read()
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream("components.json.gz")!;
        using var unzipped = new GZipStream(stream, CompressionMode.Decompress);
        return JsonDocument.Parse(unzipped).RootElement;
    }
}
