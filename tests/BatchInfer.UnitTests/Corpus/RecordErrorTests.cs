using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using static BatchInfer.UnitTests.Corpus.CorpusHarness;

namespace BatchInfer.UnitTests.Corpus;

public sealed class RecordErrorTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"text":"a" """, ErrorCodes.MalformedRecord, "not valid JSON at its byte")]
    [InlineData("""{"text":"a"} {}""", ErrorCodes.MalformedRecord, "not valid JSON")]
    [InlineData("""{"text":"a",}""", ErrorCodes.MalformedRecord, "not valid JSON")]
    [InlineData("nonsense", ErrorCodes.MalformedRecord, "not valid JSON")]
    [InlineData("""["a"]""", ErrorCodes.MalformedRecord, "not an object")]
    [InlineData("\"a\"", ErrorCodes.MalformedRecord, "not an object")]
    [InlineData("""{"text":5}""", ErrorCodes.MalformedRecord, "'text' is not a string")]
    [InlineData("""{"text":{"a":"b"}}""", ErrorCodes.MalformedRecord, "'text' is not a string")]
    [InlineData("""{"text":"\ud800"}""", ErrorCodes.MalformedRecord, "surrogate")]
    [InlineData("""{"text":"\udc00 a"}""", ErrorCodes.MalformedRecord, "surrogate")]
    [InlineData("""{"\ud800":1,"other":"a"}""", ErrorCodes.MalformedRecord, "surrogate")]
    [InlineData("""{"other":"a"}""", ErrorCodes.MissingField, "'text' is absent")]
    [InlineData("""{"Text":"a"}""", ErrorCodes.MissingField, "'text' is absent")]
    [InlineData("""{"text":null}""", ErrorCodes.MissingField, "or null")]
    [InlineData("""{"text":""}""", ErrorCodes.EmptyText, "empty")]
    [InlineData("""{"text":" \n\u00a0\u3000"}""", ErrorCodes.EmptyText, "white space")]
    public async Task A_bad_json_line_is_an_error_row(string line, string code, string message)
    {
        var record = await ParseOneAsync(line, Jsonl(), Ct);
        Assert.Equal(new CorpusRecord(0, "1", 1, null, null, record.Error), record);
        Assert.Equal(code, record.Error?.Code);
        Assert.Contains(message, record.Error!.Message, StringComparison.Ordinal);
        Assert.Equal(1, record.Error.Line);
    }

    [Theory]
    [InlineData("\"open,a", ErrorCodes.MalformedRecord, "never closed")]
    [InlineData("1,\"a \"b\" c\"", ErrorCodes.MalformedRecord, "must be doubled")]
    [InlineData("1,a,b", ErrorCodes.MalformedRecord, "3 fields, the header 2")]
    [InlineData("1", ErrorCodes.MissingField, "'text' is absent")]
    [InlineData("1,", ErrorCodes.EmptyText, "empty")]
    [InlineData("1,\" \n \"", ErrorCodes.EmptyText, "white space")]
    public async Task A_bad_csv_record_is_an_error_row(string text, string code, string message)
    {
        var record = await ParseOneAsync(text, Csv("id,text"), Ct);
        Assert.Equal(code, record.Error?.Code);
        Assert.Contains(message, record.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_blank_text_line_is_a_record_with_an_error()
    {
        var records = await ParseAsync("one\n\n \t\ntwo\n", CorpusHarness.Text, Ct);
        Assert.Equal(["one", null, null, "two"], records.Select(r => r.Text));
        Assert.Equal([null, ErrorCodes.EmptyText, ErrorCodes.EmptyText, null], records.Select(r => r.Error?.Code));
    }

    [Theory]
    [InlineData(RecordFormat.Jsonl, "{\"text\":\"a#\"}")]
    [InlineData(RecordFormat.Csv, "a#")]
    [InlineData(RecordFormat.Text, "a#")]
    public async Task Bytes_that_are_no_utf8_are_an_error_row_and_the_next_record_is_read(RecordFormat format, string line)
    {
        byte[][] broken = [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80]];
        var good = line.Replace("#", "b", StringComparison.Ordinal);
        var parts = line.Split('#');
        foreach (var bytes in broken)
        {
            byte[] range = [.. Encoding.UTF8.GetBytes(parts[0]), .. bytes, .. Encoding.UTF8.GetBytes(parts[1] + "\n" + good)];
            var schema = new RecordSchema(format, "text", null, null, format == RecordFormat.Csv ? "text" : null);
            var records = await ReadAsync(range, schema, 5, 9, ct: Ct);
            Assert.Equal((ErrorCodes.InvalidUtf8, 9L), (records[0].Error!.Code, records[0].Error!.Line));
            Assert.Contains($"from its byte {parts[0].Length + 1} on", records[0].Error!.Message, StringComparison.Ordinal);
            Assert.Equal(new CorpusRecord(6, "10", 10, "ab", null, null), records[1]);
        }
    }

    [Fact]
    public async Task Deep_nesting_is_an_error_row()
    {
        var deep = new string('[', 100_000);
        var record = await ParseOneAsync($$"""{"text":"a","x":{{deep}}""", Jsonl(), Ct);
        Assert.Equal(ErrorCodes.MalformedRecord, record.Error?.Code);
        var bounded = new string('[', 63) + new string(']', 63);
        Assert.Equal("a", (await ParseOneAsync($$"""{"text":"a","x":{{bounded}}}""", Jsonl(), Ct)).Text);
    }

    [Theory]
    [InlineData(0, null)]
    [InlineData(1, ErrorCodes.TooLong)]
    [InlineData(40_000_000, ErrorCodes.TooLong)]
    public async Task A_record_over_the_limit_is_an_error_row_and_is_not_kept(int over, string? code)
    {
        var corpus = new byte[CorpusLimits.MaxRecordBytes + over + 6];
        corpus.AsSpan().Fill((byte)'x');
        "\r\nend\n"u8.CopyTo(corpus.AsSpan(corpus.Length - 6));
        var records = new List<CorpusRecord>();
        var before = GC.GetAllocatedBytesForCurrentThread();
        await foreach (var record in CorpusReader.ReadAsync(new MemoryStream(corpus), CorpusHarness.Text, 0, 1, 65_536, Ct)) records.Add(record);

        Assert.Equal(code, records[0].Error?.Code);
        Assert.Equal(new CorpusRecord(1, "2", 2, "end", null, null), records[1]);
        if (over > CorpusLimits.MaxRecordBytes)
            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 5L * CorpusLimits.MaxRecordBytes);
        Assert.Equal([1, 1], (await ScanAsync(corpus, RecordFormat.Text, new(0, 0, 1), 1, 9, 65_536, Ct)).Select(r => r.RecordCount));
    }

    [Fact]
    public async Task A_stray_quote_costs_one_csv_record()
    {
        var records = await ParseAsync("text\n5\" pipe\n\"said \"hi\" to\"\nlast\n", Csv(""), Ct);
        Assert.Equal(["5\" pipe", null, "last"], records.Select(r => r.Text));
        Assert.Equal(ErrorCodes.MalformedRecord, records[1].Error?.Code);
    }
}
