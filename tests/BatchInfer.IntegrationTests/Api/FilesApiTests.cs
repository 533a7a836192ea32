using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

public sealed class FilesApiTests(EmbeddedApi api)
{
    private static readonly byte[] Corpus = Encoding.UTF8.GetBytes("{\"text\":\"one\"}\n{\"text\":\"two\"}\n");

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Uploaded_bytes_come_back_whole_and_by_range()
    {
        var created = await api.UploadAsync(Corpus, "some.jsonl", Ct);
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var file = (await created.Content.ReadFromJsonAsync<FileResource>(ApiJson.Options, Ct))!;
        Assert.Equal($"/v1/files/{file.Id}", created.Headers.Location!.ToString());
        Assert.Equal(("some.jsonl", Corpus.Length, RecordFormat.Jsonl), (file.Filename, file.Bytes, file.Format));
        Assert.Equal(file, await api.Client.GetFileAsync(file.Id, Ct));

        Assert.Equal(Corpus, await api.Http.GetByteArrayAsync(new Uri($"v1/files/{file.Id}/content", UriKind.Relative), Ct));
        var part = await RangeAsync(file.Id, 3, 9);
        Assert.Equal((HttpStatusCode.PartialContent, $"bytes 3-9/{Corpus.Length}"), (part.StatusCode, part.Content.Headers.ContentRange!.ToString()));
        Assert.Equal(Corpus[3..10], await part.Content.ReadAsByteArrayAsync(Ct));
        Assert.Equal(HttpStatusCode.RequestedRangeNotSatisfiable, (await RangeAsync(file.Id, Corpus.Length, null)).StatusCode);
    }

    [Fact]
    public async Task A_gzip_upload_is_stored_unpacked_and_is_the_same_file_as_the_plain_one()
    {
        byte[] corpus = Encoding.UTF8.GetBytes("{\"text\":\"packed\"}\n");
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true)) await gzip.WriteAsync(corpus, Ct);
        var fromGzip = (await (await api.UploadAsync(packed.ToArray(), "some.jsonl.gz", Ct)).Content.ReadFromJsonAsync<FileResource>(ApiJson.Options, Ct))!;
        var plain = (await (await api.UploadAsync(corpus, "some.jsonl", Ct)).Content.ReadFromJsonAsync<FileResource>(ApiJson.Options, Ct))!;

        Assert.Equal((plain.Id, plain.Bytes), (fromGzip.Id, fromGzip.Bytes));
        Assert.Equal(corpus, await api.Http.GetByteArrayAsync(new Uri($"v1/files/{fromGzip.Id}/content", UriKind.Relative), Ct));
    }

    [Fact]
    public async Task A_broken_gzip_upload_leaves_nothing_and_says_so()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
            await gzip.WriteAsync(Encoding.UTF8.GetBytes(string.Join('\n', Enumerable.Range(0, 5000).Select(i => $"line {i * 7919}"))), Ct);
        var cut = await api.UploadAsync(packed.ToArray()[..^50], "cut-short.txt.gz", Ct);

        var problem = await EmbeddedApi.ProblemAsync(cut, HttpStatusCode.BadRequest, Ct);
        Assert.Equal("file", problem.GetProperty("field").GetString());
        var listed = await api.Client.ListFilesAsync(limit: 1000, ct: Ct);
        Assert.DoesNotContain(listed.Data, f => f.Filename.StartsWith("cut-short", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("notes.xyz", "format")]
    [InlineData("..", "format")]
    public async Task A_name_that_does_not_tell_the_format_is_refused(string filename, string field)
    {
        var problem = await EmbeddedApi.ProblemAsync(await api.UploadAsync(Corpus, filename, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_field_before_the_file_tells_the_format()
    {
        using var form = new MultipartFormDataContent { { new StringContent("text"), "format" }, { new ByteArrayContent(Corpus), "file", "notes.xyz" } };
        var created = await api.Http.PostAsync(new Uri("v1/files", UriKind.Relative), form, Ct);
        Assert.Equal(RecordFormat.Text, (await created.Content.ReadFromJsonAsync<FileResource>(ApiJson.Options, Ct))!.Format);
    }

    [Fact]
    public async Task What_is_no_multipart_upload_is_refused()
    {
        using var text = new ByteArrayContent(Corpus) { Headers = { ContentType = new("text/plain") } };
        await EmbeddedApi.ProblemAsync(await api.Http.PostAsync(new Uri("v1/files", UriKind.Relative), text, Ct), HttpStatusCode.UnsupportedMediaType, Ct);
        Assert.Equal("url", (await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/files", "{}", Ct), HttpStatusCode.BadRequest, Ct)).GetProperty("field").GetString());
        using var without = new MultipartFormDataContent { { new StringContent("jsonl"), "format" } };
        var problem = await EmbeddedApi.ProblemAsync(await api.Http.PostAsync(new Uri("v1/files", UriKind.Relative), without, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal("file", problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Ids_that_are_no_files_are_not_found()
    {
        foreach (string id in new[] { "file-000000000000000000000000", "..%2f..%2fetc%2fpasswd", "x" })
            foreach (string path in new[] { $"v1/files/{id}", $"v1/files/{id}/content" })
                await EmbeddedApi.ProblemAsync(await api.GetAsync(path, Ct), HttpStatusCode.NotFound, Ct);
    }

    [Fact]
    public async Task A_page_of_files_leads_to_the_next()
    {
        for (int i = 0; i < 3; i++) await api.UploadAsync(Encoding.UTF8.GetBytes($"page {i}"), $"page-{i}.txt", Ct);
        var seen = new List<string>();
        string? cursor = null;
        do
        {
            var page = await api.Client.ListFilesAsync(cursor, 2, Ct);
            seen.AddRange(page.Data.Select(f => f.Filename));
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(["page-2.txt", "page-1.txt", "page-0.txt"], seen.Where(n => n.StartsWith("page-", StringComparison.Ordinal)));
    }

    [Fact(Timeout = 120_000)]
    public async Task A_file_is_deleted_once_no_unfinished_job_reads_it()
    {
        var ct = TestContext.Current.CancellationToken;
        var job = await api.Client.SubmitAsync(GeneratedCorpus.Jsonl(30_000), "deleted.jsonl", new JobRequest { Model = "sentiment" }, ct);
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => api.Client.DeleteFileAsync(job.FileId, ct));
        Assert.Equal(HttpStatusCode.Conflict, refused.Status);
        Assert.Contains(job.Id.ToString(), refused.Message, StringComparison.Ordinal);

        await api.Client.CancelJobAsync(job.Id, ct);
        await api.Client.UntilAsync(job.Id, j => j.Status == JobStatus.Cancelled, ct);
        await api.Client.DeleteFileAsync(job.FileId, ct);

        await EmbeddedApi.ProblemAsync(await api.GetAsync($"v1/files/{job.FileId}", ct), HttpStatusCode.NotFound, ct);
        await EmbeddedApi.ProblemAsync(await api.GetAsync($"v1/files/{job.FileId}/content", ct), HttpStatusCode.NotFound, ct);
    }

    private async Task<HttpResponseMessage> RangeAsync(string id, long from, long? to)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"v1/files/{id}/content");
        request.Headers.Range = new RangeHeaderValue(from, to);
        return await api.Http.SendAsync(request, Ct);
    }
}
