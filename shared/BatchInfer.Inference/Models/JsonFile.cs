using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace BatchInfer.Inference;

/// <summary>A JSON file of a model folder; every complaint names the file.</summary>
internal sealed class JsonFile : IDisposable
{
    private const long MaxBytes = 256L << 20;

    // Characters of a complaint that quotes the file, which may hold a text of megabytes.
    private const int MaxQuoted = 500;
    private readonly JsonDocument _document;

    private JsonFile(string path, JsonDocument document) => (Path, _document) = (path, document);

    public string Path { get; }

    public JsonElement Root => _document.RootElement;

    /// <summary>The whole file, for readers that refuse what is not as it must be.</summary>
    public JsonComponent Component => new(this, "", Root);

    /// <summary>Reads a file that must be there.</summary>
    public static JsonFile Open(string path, string whatItIs) => TryOpen(path)
        ?? throw new ModelFormatException($"{path} is missing: {whatItIs}. Copy it from the model's repository.");

    /// <summary>Reads a file, or returns null when there is none.</summary>
    /// <param name="path">The file.</param>
    /// <param name="isObject">Whether it must hold an object; else anything will do.</param>
    public static JsonFile? TryOpen(string path, bool isObject = true)
    {
        if (!File.Exists(path)) return null;
        try
        {
            var document = JsonDocument.Parse(ReadText(path));
            if (!isObject || document.RootElement.ValueKind == JsonValueKind.Object) return new JsonFile(path, document);
            document.Dispose();
            throw new ModelFormatException($"{path} must hold a JSON object. Copy it again from the model's repository.");
        }
        catch (JsonException e)
        {
            throw new ModelFormatException($"{path} is not valid JSON ({e.Message}). Copy it again from the model's repository.", e);
        }
    }

    public ModelFormatException Wrong(string what, string whatToDo) =>
        new($"{Path}: {(what.Length <= MaxQuoted ? what : string.Concat(what.AsSpan(0, MaxQuoted), "\u2026"))}. {whatToDo}");

    public void Dispose() => _document.Dispose();

    // Whether it is text is asked once for all: bytes that are none would else throw wherever a name or a value is read.
    private static ReadOnlyMemory<byte> ReadText(string path)
    {
        using var stream = File.OpenRead(path);
        if (stream.Length > MaxBytes) throw new ModelFormatException($"{path} has {stream.Length} bytes; more than {MaxBytes} are not read. Check that it is the right file.");
        byte[] bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        if (!Utf8.IsValid(bytes)) throw new ModelFormatException($"{path} is not UTF-8 text, as JSON must be. Copy it again from the model's repository.");
        return bytes.AsMemory(bytes.AsSpan().StartsWith(Encoding.UTF8.Preamble) ? Encoding.UTF8.Preamble.Length : 0);
    }
}
