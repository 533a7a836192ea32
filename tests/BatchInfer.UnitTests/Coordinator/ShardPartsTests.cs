using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.SplitShards;
using BatchInfer.Corpus;
using CsCheck;

namespace BatchInfer.UnitTests.Coordinator;

/// <summary>Cutting a shard up: its parts answer its records, each once, whatever stands between them.</summary>
public sealed class ShardPartsTests
{
    private static readonly Gen<string> Line = Gen.OneOf(
        Gen.Const(""), Gen.Const(" \t"), Gen.String[Gen.Char['a', 'e'], 1, 30], Gen.Const("\"a\nb\",c"), Gen.Const("{\"text\":\"x\"}"), Gen.Const("\"stray"));

    private static readonly Gen<(RecordFormat, string[], int, int, int)> Cases = Gen.Select(
        Gen.OneOf(Gen.Const(RecordFormat.Jsonl), Gen.Const(RecordFormat.Csv), Gen.Const(RecordFormat.Text)), Line.Array[1, 60], Gen.Int[1, 20], Gen.Int[0, 3], Gen.Int[0, 1000]);

    [Fact]
    public void The_parts_of_a_shard_answer_each_of_its_records_once() => Seeded.Check(Cases, 400, c => CheckAsync(c).GetAwaiter().GetResult());

    private static async Task CheckAsync((RecordFormat Format, string[] Lines, int Parts, int OnlyEach, int Salt) c)
    {
        byte[] corpus = Encoding.UTF8.GetBytes(string.Join('\n', c.Lines));
        using var stream = new MemoryStream(corpus);
        var shards = new List<ShardRange>();
        await foreach (var range in RecordScanner.ScanAsync(stream, c.Format, new ScanPosition(0, 0, 1), 200, 25)) shards.Add(range);
        foreach (var (range, number) in shards.Select((s, i) => (s, i)))
        {
            int[]? only = c.OnlyEach == 0 ? null : [.. Enumerable.Range(0, range.RecordCount).Where(i => (i * 7 + c.Salt) % (c.OnlyEach + 1) == 0)];
            if (only is []) continue;
            var shard = new Shard
            {
                Number = number, Offset = range.Offset, Length = range.Length, FirstOrdinal = range.FirstOrdinal, FirstLine = range.FirstLine,
                NextLine = range.NextLine, RecordCount = only?.Length ?? range.RecordCount, Only = only is null ? null : OnlyRecords.Write(only),
            };
            var parts = await ShardParts.CutAsync(stream, c.Format, shard, c.Parts, CancellationToken.None);

            Assert.InRange(parts.Count, 1, c.Parts);
            Assert.Equal(shard.RecordCount, parts.Sum(p => p.Range.RecordCount));
            var whole = await ReadAsync(corpus, c.Format, range, only);
            var together = new List<(long, long, string)>();
            foreach (var part in parts) together.AddRange(await ReadAsync(corpus, c.Format, part.Range, part.Only));
            Assert.Equal(whole, together);
        }
    }

    /// <summary>Ordinal, line and content of the records that a shard answers, read as a worker does.</summary>
    private static async Task<List<(long, long, string)>> ReadAsync(byte[] corpus, RecordFormat format, ShardRange range, IReadOnlyList<int>? only)
    {
        var schema = new RecordSchema(format, "text", null, null, format == RecordFormat.Csv ? "text,b" : null);
        using var bytes = new MemoryStream(corpus, (int)range.Offset, (int)range.Length);
        var read = new List<(long, long, string)>();
        await foreach (var record in CorpusReader.ReadAsync(bytes, schema, range.FirstOrdinal, range.FirstLine))
            if (only is null || only.Contains((int)(record.Ordinal - range.FirstOrdinal))) read.Add((record.Ordinal, record.Line, record.Text ?? record.Error!.Code));
        return read;
    }
}
