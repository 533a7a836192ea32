using System.Text;
using System.Text.Unicode;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using static BatchInfer.UnitTests.Corpus.CorpusHarness;

namespace BatchInfer.UnitTests.Corpus;

public sealed class ScanAndReadTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(RecordFormat.Jsonl)]
    [InlineData(RecordFormat.Csv)]
    [InlineData(RecordFormat.Text)]
    public async Task Ranges_of_any_size_hold_the_same_records_as_the_whole(RecordFormat format)
    {
        var random = new Random(20_240 + (int)format);
        for (var round = 0; round < 400; round++)
        {
            var corpus = round % 2 == 0 ? RandomCorpus.OfLines(random) : RandomCorpus.OfAtoms(random);
            var (schema, from) = await StartAsync(corpus, format);
            if (schema is null) continue;

            var slow = RandomCorpus.SlowRecords(corpus.AsSpan((int)from.Offset), format, from.Line);
            var whole = await ReadAsync(corpus[(int)from.Offset..], schema, 0, from.Line, ct: Ct);
            Assert.Equal(slow.Count, whole.Count);
            Assert.All(whole, (record, i) => Check(record, i, slow[i], format));

            for (var cut = 0; cut < 4; cut++)
            {
                var (target, max) = (random.Next(1, 80), random.Next(1, 6));
                var ranges = await ScanAsync(corpus, format, from, target, max, random.Next(1, 20), Ct);
                var parts = new List<CorpusRecord>();
                var at = from;
                foreach (var range in ranges)
                {
                    Assert.Equal(at, new ScanPosition(range.Offset, range.FirstOrdinal, range.FirstLine));
                    Assert.InRange(range.RecordCount, 1, max);
                    var bytes = corpus.AsSpan((int)range.Offset, (int)range.Length).ToArray();
                    var records = await ReadAsync(bytes, schema, range.FirstOrdinal, range.FirstLine, random.Next(1, 20), Ct);
                    Assert.Equal(range.RecordCount, records.Count);
                    parts.AddRange(records);
                    at = range.Next;
                }
                Assert.Equal(whole, parts);
            }
        }
    }

    [Theory]
    [InlineData(RecordFormat.Jsonl)]
    [InlineData(RecordFormat.Csv)]
    [InlineData(RecordFormat.Text)]
    public async Task A_scan_resumed_behind_any_range_finds_the_rest_unchanged(RecordFormat format)
    {
        var random = new Random(77 + (int)format);
        for (var round = 0; round < 100; round++)
        {
            var corpus = round % 2 == 0 ? RandomCorpus.OfLines(random) : RandomCorpus.OfAtoms(random);
            var (schema, from) = await StartAsync(corpus, format);
            if (schema is null) continue;
            var (target, max) = (random.Next(1, 60), random.Next(1, 6));
            var ranges = await ScanAsync(corpus, format, from, target, max, 16, Ct);
            for (var i = 0; i < ranges.Count; i++)
                Assert.Equal(ranges[(i + 1)..], await ScanAsync(corpus, format, ranges[i].Next, target, max, 1 + random.Next(40), Ct));
        }
    }

    [Fact]
    public async Task A_range_ends_with_the_record_that_reaches_the_target_or_the_most_records()
    {
        var corpus = Encoding.UTF8.GetBytes("aaaa\nbbbb\ncccc\nd\ne\nf\ng");
        Assert.Equal(
            [new(0, 10, 0, 1, 2, 3), new(10, 9, 2, 3, 3, 6), new(19, 3, 5, 6, 2, 7)],
            await ScanAsync(corpus, RecordFormat.Text, new(0, 0, 1), 9, 3, 64, Ct));
    }

    [Fact]
    public async Task A_corpus_of_blank_lines_has_no_range()
    {
        Assert.Empty(await ScanAsync(Encoding.UTF8.GetBytes("\n\r\n  \n\n \t"), RecordFormat.Jsonl, new(0, 0, 1), 1, 1, 3, Ct));
        Assert.Empty(await ScanAsync([], RecordFormat.Text, new(0, 0, 1), 1, 1, 3, Ct));
    }

    [Fact]
    public async Task A_cancelled_scan_and_read_stop()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ScanAsync([1], RecordFormat.Text, new(0, 0, 1), 1, 1, 3, cancelled.Token));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => ReadAsync([1], CorpusHarness.Text, 0, 1, ct: cancelled.Token));
    }

    private static async Task<(RecordSchema? Schema, ScanPosition From)> StartAsync(byte[] corpus, RecordFormat format)
    {
        try
        {
            var start = await RecordScanner.ReadStartAsync(new MemoryStream(corpus), format, Ct);
            // In CSV the first column, whatever its name, is the text.
            var field = start.CsvHeader is null ? "text" : CsvHeader.Columns(start.CsvHeader)[0];
            return (new RecordSchema(format, field, null, null, start.CsvHeader), start.Data);
        }
        catch (CorpusFormatException) when (format == RecordFormat.Csv)
        {
            return (null, default);
        }
    }

    private static void Check(CorpusRecord record, int ordinal, (long Line, byte[] Bytes) expected, RecordFormat format)
    {
        Assert.Equal(ordinal, record.Ordinal);
        Assert.Equal(expected.Line, record.Error?.Line ?? expected.Line);
        Assert.Equal(expected.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), record.CustomId);
        Assert.Equal(!Utf8.IsValid(expected.Bytes), record.Error?.Code == ErrorCodes.InvalidUtf8);
        Assert.Equal(record.Error is null, record.Text is not null);
        if (format == RecordFormat.Text && record.Error is null) Assert.Equal(Encoding.UTF8.GetString(expected.Bytes), record.Text);
    }
}
