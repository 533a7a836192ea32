using BatchInfer.Contracts;
using BatchInfer.Corpus;
using static BatchInfer.UnitTests.Corpus.CorpusHarness;

namespace BatchInfer.UnitTests.Corpus;

public sealed class RecordFieldTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"a":{"b":{"c":"deep"}}}""", "deep")]
    [InlineData("""{"a.b.c":"literal","a":{"b":{"c":"deep"}}}""", "literal")]
    [InlineData("""{"a.b":{"c":"half"},"a":{"b.c":"other","b":{"c":"deep"}}}""", "half")]
    [InlineData("""{"a.b":{"d":"x"},"a":{"b":{"c":"deep"}}}""", "deep")]
    [InlineData("""{"a":{"b":"x"}}""", null)]
    [InlineData("""{"a":[{"b":{"c":"x"}}]}""", null)]
    public async Task A_path_finds_a_member_and_a_literal_name_goes_first(string line, string? text)
    {
        var record = await ParseOneAsync(line, Jsonl("a.b.c"), Ct);
        Assert.Equal((text, text is null ? ErrorCodes.MissingField : null), (record.Text, record.Error?.Code));
    }

    [Theory]
    [InlineData("\"x-1\"", "x-1")]
    [InlineData("17", "17")]
    [InlineData("1.50", "1.50")]
    [InlineData("-12345678901234567890123", "-12345678901234567890123")]
    [InlineData("\"\\u00e9\"", "é")]
    public async Task The_id_is_a_string_or_a_number_as_written(string id, string expected) =>
        Assert.Equal(new CorpusRecord(0, expected, 1, "a", null, null), await ParseOneAsync($$"""{"id":{{id}},"text":"a"}""", Jsonl(id: "id"), Ct));

    [Theory]
    [InlineData("""{"text":"a"}""", ErrorCodes.MissingField)]
    [InlineData("""{"id":null,"text":"a"}""", ErrorCodes.MissingField)]
    [InlineData("""{"id":"","text":"a"}""", ErrorCodes.MissingField)]
    [InlineData("""{"id":true,"text":"a"}""", ErrorCodes.MalformedRecord)]
    [InlineData("""{"id":{},"text":"a"}""", ErrorCodes.MalformedRecord)]
    [InlineData("""{"id":"\ud800","text":"a"}""", ErrorCodes.MalformedRecord)]
    [InlineData("""{"id":"\u0000","text":"a"}""", ErrorCodes.MalformedRecord)]
    public async Task An_id_that_cannot_be_used_is_an_error_row_under_the_line_number(string line, string code)
    {
        var record = await ParseOneAsync(line, Jsonl(id: "id"), Ct);
        Assert.Equal(("1", null, code), (record.CustomId, record.Text, record.Error?.Code));
    }

    [Fact]
    public async Task An_id_over_the_limit_is_an_error_row()
    {
        var id = new string('i', CorpusLimits.MaxCustomIdLength);
        Assert.Equal(id, (await ParseOneAsync($$"""{"id":"{{id}}","text":"a"}""", Jsonl(id: "id"), Ct)).CustomId);
        Assert.Equal(ErrorCodes.TooLong, (await ParseOneAsync($$"""{"id":"{{id}}i","text":"a"}""", Jsonl(id: "id"), Ct)).Error?.Code);
    }

    [Fact]
    public async Task An_error_row_keeps_an_id_that_can_be_read()
    {
        Assert.Equal("q", (await ParseOneAsync("""{"id":"q","text":""}""", Jsonl(id: "id"), Ct)).CustomId);
        Assert.Equal("q", (await ParseOneAsync("""{"id":"q","text":1}""", Jsonl(id: "id"), Ct)).CustomId);
        Assert.Equal("q", (await ParseOneAsync("""{"id":"q","text":"\ud800"}""", Jsonl(id: "id"), Ct)).CustomId);
        Assert.Equal("q", (await ParseOneAsync("q,a,b", Csv("id,text", id: "id"), Ct)).CustomId);
    }

    [Theory]
    [InlineData("""{"text":"a","pair":"b"}""", "b", null)]
    [InlineData("""{"text":"a"}""", null, ErrorCodes.MissingField)]
    [InlineData("""{"text":"a","pair":null}""", null, ErrorCodes.MissingField)]
    [InlineData("""{"text":"a","pair":" "}""", null, ErrorCodes.EmptyText)]
    [InlineData("""{"text":"a","pair":2}""", null, ErrorCodes.MalformedRecord)]
    public async Task The_second_text_follows_the_rules_of_the_first(string line, string? pair, string? code)
    {
        var record = await ParseOneAsync(line, Jsonl(pair: "pair"), Ct);
        Assert.Equal((pair, code), (record.TextPair, record.Error?.Code));
        if (code is not null) Assert.Contains("'pair'", record.Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_name_given_twice_the_last_counts() =>
        Assert.Equal("b", (await ParseOneAsync("""{"text":"a","text":"b"}""", Jsonl(), Ct)).Text);

    [Fact]
    public async Task A_csv_schema_needs_its_header() =>
        await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync([], Csv("x") with { CsvHeader = null }, 0, 1, ct: Ct));

    [Theory]
    [InlineData("a.jsonl", RecordFormat.Jsonl)]
    [InlineData("A.NDJSON", RecordFormat.Jsonl)]
    [InlineData("a.jsonl.gz", RecordFormat.Jsonl)]
    [InlineData("a.b.csv", RecordFormat.Csv)]
    [InlineData("a.csv.GZ", RecordFormat.Csv)]
    [InlineData("a.txt", RecordFormat.Text)]
    [InlineData("a.txt.gz", RecordFormat.Text)]
    [InlineData("a.json", null)]
    [InlineData("a.gz", null)]
    [InlineData("jsonl", null)]
    [InlineData("", null)]
    public void The_format_is_told_by_the_file_name(string name, RecordFormat? format) => Assert.Equal(format, RecordFormats.FromFileName(name));
}
