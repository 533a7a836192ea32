using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using CsvHelper;
using Parquet;
using Parquet.Schema;
using ZstdSharp;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>A job's predictions as files, with the input's own columns beside them.</summary>
public sealed class ExportApiTests(EmbeddedApi api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Jsonl_has_each_record_as_it_stands_in_the_corpus()
    {
        var job = await api.PredictAsync(
            "{\"id\":\"a\",\"text\":\"a warm film\",\"rating\":4.50,\"tags\":[1,{\"x\":null}]}\n\n{oops\n{\"id\":\"c\",\"text\":\" \",\"naïve\":\"漢\"}\n",
            "e.jsonl", new JobRequest { IdField = "id" }, Ct);

        var lines = (await TextAsync(job, "format=jsonl&input=true")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();

        Assert.Equal(3, lines.Count);
        Assert.Equal("""{"id":"a","text":"a warm film","rating":4.50,"tags":[1,{"x":null}]}""", lines[0]["input"]!.ToJsonString());
        Assert.NotNull(lines[0]["output"]);
        Assert.Null(lines[1]["input"]);
        Assert.Equal("malformed_record", lines[1]["error"]!["code"]!.GetValue<string>());
        Assert.Equal("漢", lines[2]["input"]!["naïve"]!.GetValue<string>());
        Assert.Equal(ErrorCodes.EmptyText, lines[2]["error"]!["code"]!.GetValue<string>());
    }

    [Fact]
    public async Task Jsonl_is_valid_utf8_whatever_stands_in_the_corpus()
    {
        byte[] corpus = [.. "{\"text\":\"na"u8, 0xEF, .. "ve\"}\n{\"text\":\"naïve\"}\n"u8];
        var job = await api.Client.CompletedAsync((await api.Client.SubmitAsync(new MemoryStream(corpus), "latin.jsonl", new JobRequest { Model = "sentiment" }, Ct)).Id, Ct);

        string text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(await BytesAsync(job, "format=jsonl&input=true"));

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonNode.Parse(l)!).ToList();
        Assert.Equal((ErrorCodes.InvalidUtf8, null), (lines[0]["error"]!["code"]!.GetValue<string>(), lines[0]["input"]));
        Assert.Equal("naïve", lines[1]["input"]!["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task Csv_has_the_corpus_columns_between_the_id_and_the_prediction()
    {
        var job = await api.PredictAsync("key,text,output\r\nx,\"good, \"\"very\"\" good\r\nindeed\",7\r\ny,bad\r\nz\r\n", "e.csv", new JobRequest { IdField = "key" }, Ct);

        var table = await TableAsync(job, "format=csv&input=true");

        Assert.Equal(["ordinal", "custom_id", "key", "text", "input_output", "label", "score", "output", "tokens_cut", "error_code", "error_message"], table[0]);
        Assert.Equal(["0", "x", "x", "good, \"very\" good\r\nindeed", "7"], table[1][..5]);
        Assert.Contains(table[1][5], (string[])["POSITIVE", "NEGATIVE"]);
        Assert.InRange(double.Parse(table[1][6], System.Globalization.CultureInfo.InvariantCulture), 0.5, 1);
        Assert.Equal(2, JsonNode.Parse(table[1][7])!.AsArray().Count);
        Assert.Equal(["1", "y", "y", "bad", ""], table[2][..5]);
        Assert.Equal(["2", "z", "z", "", "", "", "", "", "0", ErrorCodes.MissingField], table[3][..10]);
    }

    [Theory]
    [InlineData("none")]
    [InlineData("gzip")]
    [InlineData("zstd")]
    public async Task Parts_one_behind_the_other_are_the_whole(string compression)
    {
        var job = await api.PredictAsync(string.Join('\n', Enumerable.Range(0, 45).Select(i => i % 7 == 0 ? " " : $"line {i}")), "p.txt", new JobRequest(), Ct);
        foreach (string format in (string[])["jsonl", "csv"])
        {
            var parts = new MemoryStream();
            for (int from = 0; from < 60; from += 20)
                parts.Write(await BytesAsync(job, $"format={format}&input=true&compression={compression}&from={from}&to={from + 20}"));

            Assert.Equal(await TextAsync(job, $"format={format}&input=true"), await UnpackAsync(parts.ToArray(), compression));
        }
    }

    [Fact]
    public async Task Parquet_is_read_back_with_its_types()
    {
        var job = await api.PredictAsync("{\"text\":\"fine\",\"n\":1}\n{\"text\":\"dull\",\"m\":{\"a\":2}}\nno json\n", "q.jsonl", new JobRequest(), Ct);
        foreach (string compression in (string[])["none", "gzip", "zstd"])
        {
            await using var parquet = await ParquetReader.CreateAsync(
                new MemoryStream(await BytesAsync(job, $"format=parquet&input=true&compression={compression}")), cancellationToken: Ct);

            Assert.Equal(
                ["ordinal", "custom_id", "text", "n", "m", "input_other", "label", "score", "output", "tokens_cut", "error_code", "error_message"],
                parquet.Schema.DataFields.Select(f => f.Name));
            using var group = parquet.OpenRowGroupReader(0);
            Assert.Equal(["fine", "dull", null], await TextsAsync(group, parquet.Schema, "text"));
            Assert.Equal([null, """{"a":2}""", null], await TextsAsync(group, parquet.Schema, "m"));
            Assert.Equal([null, null, ErrorCodes.MalformedRecord], await TextsAsync(group, parquet.Schema, "error_code"));
        }
    }

    [Fact]
    public async Task Fields_without_end_do_not_make_columns_without_end()
    {
        string corpus = string.Join('\n', Enumerable.Range(0, 40).Select(i =>
            $"{{\"text\":\"line {i}\",{string.Join(',', Enumerable.Range(0, 25).Select(n => $"\"f{i * 25 + n}\":{n}"))},\"{new string('n', 300)}\":7}}"));
        var job = await api.PredictAsync(corpus, "w.jsonl", new JobRequest(), Ct);

        await using var parquet = await ParquetReader.CreateAsync(new MemoryStream(await BytesAsync(job, "format=parquet&input=true")), cancellationToken: Ct);

        string[] names = [.. parquet.Schema.DataFields.Select(f => f.Name)];
        Assert.Equal(201, Array.IndexOf(names, "input_other") - Array.IndexOf(names, "custom_id"));
        using var group = parquet.OpenRowGroupReader(0);
        Assert.Equal("line 39", (await TextsAsync(group, parquet.Schema, "text"))[39]);
        Assert.Equal("3", (await TextsAsync(group, parquet.Schema, "f3"))[0]);
        var others = JsonNode.Parse((await TextsAsync(group, parquet.Schema, "input_other"))[39]!)!.AsObject();
        Assert.Equal((26, 24, 7), (others.Count, others["f999"]!.GetValue<int>(), others[new string('n', 300)]!.GetValue<int>()));
    }

    [Fact]
    public async Task What_cannot_be_exported_is_said_by_field()
    {
        var job = await api.PredictAsync($"gone {Guid.NewGuid()}", "g.txt", new JobRequest(), Ct);
        foreach (string query in (string[])["format=xml", "format=csv&compression=rar", "format=csv&input=maybe", "format=csv&from=-1", "format=csv&from=3&to=3", "format=csv&cursor=1"])
        {
            var problem = await EmbeddedApi.ProblemAsync(await GetAsync(job, query), HttpStatusCode.BadRequest, Ct);
            Assert.Equal(query.Split('&')[^1].Split('=')[0], problem.GetProperty("field").GetString());
        }

        await api.Client.DeleteFileAsync(job.FileId, Ct);
        var gone = await EmbeddedApi.ProblemAsync(await GetAsync(job, "format=csv&input=true"), HttpStatusCode.Conflict, Ct);
        Assert.Contains("deleted", gone.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(2, (await TableAsync(job, "format=csv")).Count);
    }

    private Task<HttpResponseMessage> GetAsync(JobResource job, string query) => api.GetAsync($"v1/jobs/{job.Id}/predictions?{query}", Ct);

    private async Task<byte[]> BytesAsync(JobResource job, string query)
    {
        using var response = await GetAsync(job, query);
        byte[] bytes = await response.Content.ReadAsByteArrayAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, Encoding.UTF8.GetString(bytes));
        return bytes;
    }

    private async Task<string> TextAsync(JobResource job, string query) => Encoding.UTF8.GetString(await BytesAsync(job, query));

    private async Task<List<string[]>> TableAsync(JobResource job, string query)
    {
        var table = new List<string[]>();
        using var reader = CsvReader.Create(await BytesAsync(job, query), new CsvReaderOptions { HasHeader = false });
        while (reader.Read()) table.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);
        return table;
    }

    private static async Task<string> UnpackAsync(byte[] bytes, string compression)
    {
        await using Stream packed = compression switch
        {
            "gzip" => new GZipStream(new MemoryStream(bytes), CompressionMode.Decompress),
            "zstd" => new DecompressionStream(new MemoryStream(bytes)),
            _ => new MemoryStream(bytes),
        };
        using var reader = new StreamReader(packed, Encoding.UTF8);
        return await reader.ReadToEndAsync(Ct);
    }

    private static async Task<string?[]> TextsAsync(ParquetRowGroupReader group, ParquetSchema schema, string column)
    {
        string[] values = new string[group.RowCount];
        await group.ReadAsync(schema.DataFields.Single(f => f.Name == column), values, null, Ct);
        return values;
    }
}
