using System.IO.Compression;
using BatchInfer.Cli.Options;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Embedded;

/// <summary>The first texts of a corpus file.</summary>
internal static class SampleTexts
{
    /// <summary>Reads at most <paramref name="count"/> texts; records that are bad are left out.</summary>
    /// <exception cref="CliException">The file is not there, or has no text.</exception>
    public static async Task<IReadOnlyList<TextInput>> ReadAsync(string path, string textField, int count, CancellationToken ct)
    {
        if (!File.Exists(path)) throw CliException.BadInput($"--samples '{path}' does not exist.");
        var format = InputFormat.Resolve(null, path);
        CorpusStart start;
        await using (var head = Open(path)) start = await RecordScanner.ReadStartAsync(head, format, ct);
        await using var corpus = Open(path);
        await corpus.ReadExactlyAsync(new byte[start.Data.Offset], ct);
        var schema = new RecordSchema(format, textField, null, null, start.CsvHeader);
        var texts = new List<TextInput>();
        await foreach (var record in CorpusReader.ReadAsync(corpus, schema, 0, start.Data.Line, ct))
        {
            if (record.Text is { } text) texts.Add(new TextInput(text, null));
            if (texts.Count == count) break;
        }

        return texts.Count > 0 ? texts : throw CliException.BadInput($"--samples '{path}' has no record with a text in '{textField}'; name the field with --text-field.");
    }

    private static Stream Open(string path)
    {
        var file = File.OpenRead(path);
        return path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
