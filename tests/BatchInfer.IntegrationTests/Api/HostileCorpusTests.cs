using System.IO.Compression;
using System.Net;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>Files that are not what one would wish: refused with a sentence and nothing kept, or an error row for each bad record.</summary>
public sealed class HostileCorpusTests(EmbeddedApi api)
{
    private static readonly JobRequest Request = new() { Model = "sentiment" };

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("empty.jsonl", "", 0, 0)]
    [InlineData("blank.jsonl", "\n\r\n  \n", 0, 0)]
    [InlineData("mark.jsonl", "\uFEFF", 0, 0)]
    [InlineData("no-line-end.jsonl", "{\"text\":\"the last line has no end\"}", 1, 0)]
    [InlineData("nul.jsonl", "{\"text\":\"nul \\u0000 within\"}\n{\"text\":\"\\u0000\"}\n", 2, 0)]
    [InlineData("nul.txt", "a raw nul \0 within\n", 1, 0)]
    [InlineData("escape.jsonl", "{\"text\":\"\\ud800\"}\n{\"text\":\"fine\"}\n", 2, 1)]
    [InlineData("no-json.jsonl", "[1,2]\n\"text\"\n7\nnull\n{\"text\":7}\n{\"text\":{}}\n{]\n", 7, 7)]
    [InlineData("twice.jsonl", "{\"id\":\"a\",\"text\":\"one\"}\n{\"id\":\"a\",\"text\":\"two\"}\n{\"id\":\"a\",\"id\":\"b\",\"text\":\"three\"}\n", 3, 0)]
    [InlineData("no-quote.csv", "text\n\"never closed\nand so on\n", 1, 1)]
    [InlineData("only-header.csv", "text,id\n", 0, 0)]
    public async Task What_is_no_record_is_an_error_row_and_the_rest_is_predicted(string name, string corpus, int total, int failed)
    {
        var job = await PredictAsync(Encoding.UTF8.GetBytes(corpus), name);
        Assert.Equal((total, failed), (job.Counts.Total, job.Counts.Failed));
        await api.Client.LinesAsync(job, Ct);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_error_rows()
    {
        var random = new Random(5);
        byte[] binary = new byte[100_000];
        random.NextBytes(binary);
        int lines = binary.Count(b => b == '\n') + (binary[^1] == '\n' ? 0 : 1);
        var job = await PredictAsync(binary, "binary.txt");
        Assert.Equal((lines, lines), (job.Counts.Total, job.Counts.Failed + job.Counts.Computed + job.Counts.Cached));
        Assert.Contains((await api.Client.ListErrorsAsync(job.Id, limit: 1000, ct: Ct)).Data, e => e.Code == ErrorCodes.InvalidUtf8);

        var latin = await PredictAsync([.. "na"u8, 0xEF, .. "ve\ngood\n"u8], "latin.txt");
        Assert.Equal((2, 1), (latin.Counts.Total, latin.Counts.Failed));
    }

    [Fact]
    public async Task A_record_of_many_megabytes_is_an_error_row_and_its_neighbours_are_predicted()
    {
        string huge = new('x', 20 << 20);
        var job = await PredictAsync(Encoding.UTF8.GetBytes($"{{\"text\":\"before\"}}\n{{\"text\":\"{huge}\"}}\n{{\"text\":\"behind\"}}\n"), "huge.jsonl");
        Assert.Equal((3, 1), (job.Counts.Total, job.Counts.Failed));
        var error = Assert.Single((await api.Client.ListErrorsAsync(job.Id, ct: Ct)).Data);
        Assert.Equal((1, 2, ErrorCodes.TooLong), (error.Ordinal, error.Line, error.Code));
    }

    [Fact]
    public async Task A_row_of_a_hundred_thousand_columns_fails_alone_and_such_a_header_is_refused()
    {
        string wide = string.Join(',', Enumerable.Range(0, 100_000).Select(i => $"c{i}"));
        var job = await PredictAsync(Encoding.UTF8.GetBytes($"id,text\n1,fine\n{wide}\n3,good\n"), "wide.csv");
        Assert.Equal((3, 1), (job.Counts.Total, job.Counts.Failed));

        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => PredictAsync(Encoding.UTF8.GetBytes(wide + "\n"), "wide-header.csv"));
        Assert.Equal((HttpStatusCode.BadRequest, "malformed_header"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task Another_encoding_is_refused_at_submit()
    {
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => PredictAsync([.. Encoding.Unicode.Preamble, .. Encoding.Unicode.GetBytes("text\ngood\n")], "utf16.csv"));
        Assert.Equal((HttpStatusCode.BadRequest, "unsupported_encoding"), (refused.Status, refused.Code));
    }

    [Fact]
    public async Task A_decompression_bomb_is_refused_and_leaves_nothing()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true)) await gzip.WriteAsync(new byte[50 << 20], Ct);
        var answer = await api.UploadAsync(packed.ToArray(), "bomb.txt.gz", Ct);
        var problem = await EmbeddedApi.ProblemAsync(answer, HttpStatusCode.BadRequest, Ct);
        Assert.Equal("compression_ratio", problem.GetProperty("code").GetString());
        Assert.DoesNotContain((await api.Client.ListFilesAsync(limit: 1000, ct: Ct)).Data, f => f.Filename.StartsWith("bomb", StringComparison.Ordinal));
    }

    private async Task<JobResource> PredictAsync(byte[] corpus, string name) =>
        await api.Client.CompletedAsync((await api.Client.SubmitAsync(new MemoryStream(corpus), name, Request with { IdField = name.StartsWith("twice", StringComparison.Ordinal) ? "id" : null }, Ct)).Id, Ct);
}
