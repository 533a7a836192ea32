using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using static BatchInfer.UnitTests.Corpus.CorpusHarness;

namespace BatchInfer.UnitTests.Corpus;

/// <summary>Byte order marks, line ends, headers, quoting.</summary>
public sealed class CorpusLayoutTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("\n", "")]
    [InlineData("\r\n", "")]
    [InlineData("\n", "\uFEFF")]
    [InlineData("\r\n", "\uFEFF")]
    public async Task Line_ends_and_byte_order_marks_are_no_part_of_a_record(string end, string mark)
    {
        foreach (var last in new[] { "", end })
        {
            var jsonl = await ParseAsync($$"""{{mark}}{"text":"a"}{{end}}{{end}}{"text":"b"}{{last}}""", Jsonl(), Ct);
            Assert.Equal([new(0, "1", 1, "a", null, null), new(1, "3", 3, "b", null, null)], jsonl);

            var csv = await ParseAsync($"{mark}{end}id,text{end}{end}x,a{end}{end}y,\"b{end}c\"{end}z,d{last}", Csv("", id: "id"), Ct);
            Assert.Equal([new(0, "x", 4, "a", null, null), new(1, "y", 6, $"b{end}c", null, null), new(2, "z", 8, "d", null, null)], csv);

            var text = await ParseAsync($"{mark}a{end}b{last}", CorpusHarness.Text, Ct);
            Assert.Equal([new(0, "1", 1, "a", null, null), new(1, "2", 2, "b", null, null)], text);
        }
    }

    [Fact]
    public async Task Line_numbers_count_the_lines_inside_quotes()
    {
        var records = await ParseAsync("\"te\nxt\",n\n\"a\n\nb\",1\nc,2\n", Csv("", text: "te\nxt"), Ct);
        Assert.Equal([("3", "a\n\nb"), ("6", "c")], records.Select(r => (r.CustomId, r.Text)));
    }

    [Fact]
    public async Task The_start_of_a_csv_names_its_columns()
    {
        var start = await RecordScanner.ReadStartAsync(Stream("\uFEFF\r\n \nid,\"the \"\"text\"\"\"\r\n1,a"), RecordFormat.Csv, Ct);
        Assert.Equal(new CorpusStart(new ScanPosition(26, 0, 4), "id,\"the \"\"text\"\"\""), start);
        Assert.Equal(["id", "the \"text\""], CsvHeader.Columns(start.CsvHeader!));
    }

    [Theory]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(4097)]
    [InlineData(8192)]
    [InlineData(65_536)]
    public async Task A_header_of_any_length_up_to_the_limit_is_read(int length)
    {
        var header = new string('h', length);
        Assert.Equal(header, (await RecordScanner.ReadStartAsync(Stream(header), RecordFormat.Csv, Ct)).CsvHeader);
        var start = await RecordScanner.ReadStartAsync(Stream(header + "\na"), RecordFormat.Csv, Ct);
        Assert.Equal(new CorpusStart(new(length + 1, 0, 2), header), start);
    }

    [Theory]
    [InlineData("", CorpusErrorCodes.MissingHeader)]
    [InlineData("\n \r\n", CorpusErrorCodes.MissingHeader)]
    [InlineData("a,\"b", CorpusErrorCodes.MalformedHeader)]
    [InlineData("a,\"b\"c\n", CorpusErrorCodes.MalformedHeader)]
    public async Task A_header_that_cannot_be_read_fails_the_corpus(string corpus, string code)
    {
        var e = await Assert.ThrowsAsync<CorpusFormatException>(() => RecordScanner.ReadStartAsync(Stream(corpus), RecordFormat.Csv, Ct));
        Assert.Equal(code, e.Code);
    }

    [Fact]
    public async Task A_header_without_end_or_without_utf8_fails_the_corpus()
    {
        foreach (var corpus in new[] { new string('h', 65_537) + "\na", "\"" + new string('\n', 1_000_000), new string('\n', 1_000_000) })
        {
            var e = await Assert.ThrowsAsync<CorpusFormatException>(() => RecordScanner.ReadStartAsync(Stream(corpus), RecordFormat.Csv, Ct));
            Assert.Equal(CorpusErrorCodes.MalformedHeader, e.Code);
        }
        var latin = new MemoryStream([(byte)'a', 0xE9, (byte)'\n']);
        var bad = await Assert.ThrowsAsync<CorpusFormatException>(() => RecordScanner.ReadStartAsync(latin, RecordFormat.Csv, Ct));
        Assert.Contains("UTF-8", bad.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Well_formed_csv_reads_as_CsvHelper_reads_it()
    {
        string[] words = ["a", "b c", "\"", "\"\"", ",", "\n", "\r\n", " ", "é✓", "x,y", "\"q\""];
        var random = new Random(5);
        for (var round = 0; round < 100; round++)
        {
            var end = round % 2 == 0 ? "\n" : "\r\n";
            var csv = new StringBuilder("id,text").Append(end);
            for (var row = random.Next(20); row > 0; row--)
            {
                var text = "w" + string.Concat(random.GetItems(words, random.Next(6)));
                var quoted = random.Next(2) == 0 || text.AsSpan().ContainsAny("\",\n");
                if (quoted) text = $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
                csv.Append('r').Append(row).Append(',').Append(text).Append(end);
            }
            var expected = new List<(string, string?)>();
            using (var reader = CsvHelper.CsvReader.FromText(csv.ToString(), CsvHelper.CsvReaderOptions.Default))
                while (reader.Read()) expected.Add((reader.GetString("id"), reader.GetString("text")));
            var records = await ParseAsync(csv.ToString(), Csv("", id: "id"), Ct);
            Assert.Equal(expected, records.Select(r => (r.CustomId, r.Text)));
        }
    }

    private static MemoryStream Stream(string corpus) => new(Encoding.UTF8.GetBytes(corpus));
}
