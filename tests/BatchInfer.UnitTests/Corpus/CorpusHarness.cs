using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.UnitTests.Corpus;

internal static class CorpusHarness
{
    public static RecordSchema Jsonl(string text = "text", string? pair = null, string? id = null) => new(RecordFormat.Jsonl, text, pair, id, null);

    public static RecordSchema Csv(string header, string text = "text", string? pair = null, string? id = null) =>
        new(RecordFormat.Csv, text, pair, id, header);

    public static RecordSchema Text { get; } = new(RecordFormat.Text, "text", null, null, null);

    /// <summary>The whole corpus by the public way: start, one range, its records.</summary>
    public static async Task<List<CorpusRecord>> ParseAsync(byte[] corpus, RecordSchema schema, CancellationToken ct)
    {
        var start = await RecordScanner.ReadStartAsync(new MemoryStream(corpus), schema.Format, ct);
        return await ReadAsync(
            corpus[(int)start.Data.Offset..], schema with { CsvHeader = start.CsvHeader }, start.Data.Ordinal, start.Data.Line, ct: ct);
    }

    public static Task<List<CorpusRecord>> ParseAsync(string corpus, RecordSchema schema, CancellationToken ct) =>
        ParseAsync(Encoding.UTF8.GetBytes(corpus), schema, ct);

    public static async Task<CorpusRecord> ParseOneAsync(string record, RecordSchema schema, CancellationToken ct) =>
        Assert.Single(await ReadAsync(Encoding.UTF8.GetBytes(record), schema, 0, 1, ct: ct));

    public static async Task<List<CorpusRecord>> ReadAsync(
        byte[] range, RecordSchema schema, long firstOrdinal, long firstLine, int? bufferBytes = null, CancellationToken ct = default)
    {
        var records = new List<CorpusRecord>();
        var stream = new DribblingStream(range);
        var source = bufferBytes is { } size
            ? CorpusReader.ReadAsync(stream, schema, firstOrdinal, firstLine, size, ct)
            : CorpusReader.ReadAsync(stream, schema, firstOrdinal, firstLine, ct);
        await foreach (var record in source) records.Add(record);
        return records;
    }

    public static async Task<List<ShardRange>> ScanAsync(
        byte[] corpus, RecordFormat format, ScanPosition from, long targetBytes, int maxRecords, int bufferBytes, CancellationToken ct)
    {
        var ranges = new List<ShardRange>();
        await foreach (var range in RecordScanner.ScanAsync(new MemoryStream(corpus), format, from, targetBytes, maxRecords, bufferBytes, ct))
            ranges.Add(range);
        return ranges;
    }

    /// <summary>Gives the bytes in pieces of changing size, as a network does.</summary>
    private sealed class DribblingStream(byte[] bytes) : MemoryStream(bytes)
    {
        private int _reads;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(buffer.Length, 1 + (_reads++ * 7 % 23))], cancellationToken);
    }
}
