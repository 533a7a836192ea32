using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchInfer.Inference;

/// <summary>Writes outputs as JSON: one writer for each thread, so that an output costs nothing but its text.</summary>
internal sealed class OutputJson
{
    public static readonly JsonEncodedText Label = JsonEncodedText.Encode("label"), Labels = JsonEncodedText.Encode("labels"),
        Score = JsonEncodedText.Encode("score"), Scores = JsonEncodedText.Encode("scores"), Entity = JsonEncodedText.Encode("entity"),
        EntityGroup = JsonEncodedText.Encode("entity_group"), Index = JsonEncodedText.Encode("index"), Word = JsonEncodedText.Encode("word"),
        Start = JsonEncodedText.Encode("start"), End = JsonEncodedText.Encode("end"), Token = JsonEncodedText.Encode("token"),
        TokenText = JsonEncodedText.Encode("token_str"), Sequence = JsonEncodedText.Encode("sequence"), Answer = JsonEncodedText.Encode("answer");

    private readonly ArrayBufferWriter<byte> _bytes = new(1024);

    [ThreadStatic] private static OutputJson? _ofThread;

    private OutputJson() => Writer = new Utf8JsonWriter(
        _bytes, new JsonWriterOptions { SkipValidation = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    public Utf8JsonWriter Writer { get; }

    /// <summary>Begins an output on this thread.</summary>
    public static OutputJson Begin()
    {
        var json = _ofThread ??= new OutputJson();
        json._bytes.ResetWrittenCount();
        json.Writer.Reset(json._bytes);
        return json;
    }

    /// <summary>Ends the output.</summary>
    public string Finish()
    {
        Writer.Flush();
        return Encoding.UTF8.GetString(_bytes.WrittenSpan);
    }

    public static JsonEncodedText[] Encode(IEnumerable<string> texts) => [.. texts.Select(t => JsonEncodedText.Encode(t, JavaScriptEncoder.UnsafeRelaxedJsonEscaping))];
}
