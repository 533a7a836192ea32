using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using Microsoft.AspNetCore.Http;

namespace BatchInfer.UnitTests.Client;

public sealed class BatchInferClientTests : ClientTest
{
    [Fact]
    public async Task An_upload_sends_the_format_before_the_bytes()
    {
        Server.On("POST /v1/files", Sample.File(), 201);
        using var content = new MemoryStream("Ünïcode\n"u8.ToArray());
        var file = await Client.UploadFileAsync(content, "in.txt", RecordFormat.Text, Ct);

        Assert.Equal("file-1", file.Id);
        string body = Server.Single("POST /v1/files").Body;
        Assert.StartsWith("multipart/form-data", Server.Single("POST /v1/files").Headers["Content-Type"], StringComparison.Ordinal);
        Assert.Contains("filename=in.txt", body, StringComparison.Ordinal);
        Assert.Contains("Ünïcode\n", body, StringComparison.Ordinal);
        int format = body.IndexOf("name=format\r\n\r\ntext\r\n", StringComparison.Ordinal) is var quoted and >= 0
            ? quoted
            : body.IndexOf("name=format", StringComparison.Ordinal);
        Assert.InRange(format, 0, body.IndexOf("Ünïcode", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Files_are_listed_read_in_ranges_and_deleted()
    {
        Server.On("GET /v1/files", new Page<FileResource>([Sample.File()], "next/1"));
        Server.On("GET /v1/files/file-1", Sample.File());
        Server.OnRaw("GET /v1/files/file-1/content", (_, http) => http.Response.WriteAsync("bytes"));
        Server.OnRaw("DELETE /v1/files/file-1", (_, http) => { http.Response.StatusCode = 204; return Task.CompletedTask; });

        var page = await Client.ListFilesAsync("a/b&c", 7, Ct);
        Assert.Equal("next/1", page.NextCursor);
        Assert.Equal("?limit=7&cursor=a%2Fb%26c", Server.Single("GET /v1/files").Query);
        Assert.Equal(RecordFormat.Text, (await Client.GetFileAsync("file-1", Ct)).Format);
        await using var content = await Client.OpenFileAsync("file-1", 10, 14, Ct);
        Assert.Equal("bytes", await new StreamReader(content).ReadToEndAsync(Ct));
        Assert.Equal("bytes=10-14", Server.Single("GET /v1/files/file-1/content").Headers["Range"]);
        await Client.DeleteFileAsync("file-1", Ct);
        Server.Single("DELETE /v1/files/file-1");
    }

    [Fact]
    public async Task An_id_cannot_reach_another_route()
    {
        var e = await Assert.ThrowsAsync<BatchInferApiException>(() => Client.GetFileAsync("../jobs?x", Ct));
        Assert.Equal(HttpStatusCode.NotFound, e.Status);
        Assert.StartsWith("/v1/files/", Assert.Single(Server.Requests).Path, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_job_is_submitted_in_the_apis_names_with_its_idempotency_key()
    {
        Server.On("POST /v1/jobs", Sample.Job(JobStatus.Validating), 202);
        var job = await Client.SubmitJobAsync(
            new JobRequest { Model = "sentiment", Input = new JobInput { FileId = "file-1", Format = RecordFormat.Csv }, TextField = "t", Parameters = new JsonObject { ["max_length"] = 9 } },
            "key-1", Ct);

        Assert.Equal(JobStatus.Validating, job.Status);
        var request = Server.Single("POST /v1/jobs");
        Assert.Equal("key-1", request.Headers["Idempotency-Key"]);
        var body = JsonNode.Parse(request.Body)!;
        Assert.Equal("file-1", (string?)body["input"]!["file_id"]);
        Assert.Equal("csv", (string?)body["input"]!["format"]);
        Assert.Equal("t", (string?)body["text_field"]);
        Assert.Equal(9, (int?)body["parameters"]!["max_length"]);
    }

    [Fact]
    public async Task Jobs_are_listed_shown_and_cancelled()
    {
        Server.On("GET /v1/jobs", Sample.Page(Sample.Job()));
        Server.On($"GET /v1/jobs/{Sample.JobId}", Sample.Job());
        Server.On($"POST /v1/jobs/{Sample.JobId}/cancel", Sample.Job(JobStatus.Cancelling), 202);

        Assert.Single((await Client.ListJobsAsync(ct: Ct)).Data);
        Assert.Equal("", Server.Single("GET /v1/jobs").Query);
        Assert.Equal(100, (await Client.GetJobAsync(Sample.JobId, Ct)).Counts.Total);
        Assert.Equal(JobStatus.Cancelling, (await Client.CancelJobAsync(Sample.JobId, Ct)).Status);
    }

    [Fact]
    public async Task Models_and_errors_are_listed()
    {
        Server.OnRaw("GET /v1/models", (_, http) => http.Response.WriteAsync(
            """{"data":[{"id":"m","revision":"r","architecture":"a","default_task":"t","tasks":{"t":{"max_length":5}},"context_length":5,"labels":[],"size_bytes":1,"workers":2,"new_member":1}]}"""));
        Server.On($"GET /v1/jobs/{Sample.JobId}/errors", Sample.Page(new ErrorLine(3, "c", ErrorCodes.EmptyText, "The text is empty.", 4)));

        var model = Assert.Single((await Client.ListModelsAsync(Ct)).Data);
        Assert.Equal(2, model.Workers);
        Assert.Equal(4, Assert.Single((await Client.ListErrorsAsync(Sample.JobId, ct: Ct)).Data).Line);
    }

    [Fact]
    public async Task A_lookup_asks_and_answers_in_order()
    {
        Server.On("POST /v1/predictions/lookup", new LookupResponse([new(false, null, null, "a", null, null, null, null, null)]));
        var answer = await Client.LookupAsync(new LookupRequest { Model = "m", Inputs = ["a", new JsonArray("b", "c")] }, Ct);

        Assert.False(Assert.Single(answer.Data).Found);
        Assert.Equal("""["a",["b","c"]]""", JsonNode.Parse(Server.Single("POST /v1/predictions/lookup").Body)!["inputs"]!.ToJsonString());
    }

    [Fact]
    public async Task Predictions_arrive_line_by_line_before_the_answer_is_complete()
    {
        var second = new TaskCompletionSource();
        Server.OnRaw($"GET /v1/jobs/{Sample.JobId}/predictions", async (_, http) =>
        {
            http.Response.ContentType = BatchInferClient.JsonLines;
            await http.Response.WriteAsync("""{"ordinal":0,"custom_id":"a","output":[{"label":"x","score":1}],"error":null}""" + "\n");
            await http.Response.Body.FlushAsync();
            await second.Task;
            await http.Response.WriteAsync("""{"ordinal":1,"custom_id":"b","output":null,"error":{"code":"empty_text","message":"m","line":2}}""" + "\n");
        });

        await using var lines = Client.ReadPredictionsAsync(Sample.JobId, Ct).GetAsyncEnumerator(Ct);
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("a", lines.Current.CustomId);
        second.SetResult();
        Assert.True(await lines.MoveNextAsync());
        Assert.Equal("empty_text", lines.Current.Error!.Code);
        Assert.False(await lines.MoveNextAsync());
        Assert.Equal(BatchInferClient.JsonLines, Assert.Single(Server.Requests).Headers["Accept"]);
    }

    [Fact]
    public async Task An_export_that_the_server_breaks_off_is_an_error()
    {
        Server.OnRaw($"GET /v1/jobs/{Sample.JobId}/predictions", async (_, http) =>
        {
            http.Response.ContentType = BatchInferClient.JsonLines;
            await http.Response.WriteAsync("{\"ordinal\":0}\n");
            await http.Response.Body.FlushAsync();
            http.Abort();
        });

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            await using var stream = await Client.OpenPredictionsAsync(Sample.JobId, Ct);
            await stream.CopyToAsync(Stream.Null, Ct);
        });
    }

    [Fact]
    public async Task A_page_where_a_stream_was_asked_for_is_refused()
    {
        Server.On($"GET /v1/jobs/{Sample.JobId}/predictions", Sample.Page<PredictionLine>());
        var e = await Assert.ThrowsAsync<BatchInferApiException>(() => Client.OpenPredictionsAsync(Sample.JobId, Ct));
        Assert.Contains("application/json", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_problem_becomes_an_exception_with_its_parts()
    {
        Server.OnProblem("POST /v1/jobs", 400, "invalid_request", "text_field", "is not in the file");
        var e = await Assert.ThrowsAsync<BatchInferApiException>(() => Client.SubmitJobAsync(new JobRequest(), ct: Ct));

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_request", "text_field", "is not in the file"), (e.Status, e.Code, e.Field, e.Detail));
        Assert.Equal("text_field: is not in the file", e.Message);
    }

    [Theory]
    [InlineData("<html>Bad gateway</html>", "text/html")]
    [InlineData("", "text/plain")]
    [InlineData("[1]", "application/json")]
    public async Task An_error_that_is_no_problem_document_tells_its_status(string body, string type)
    {
        Server.OnRaw("GET /v1/models", (_, http) =>
        {
            http.Response.StatusCode = 502;
            http.Response.ContentType = type;
            return http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(body)).AsTask();
        });
        var e = await Assert.ThrowsAsync<BatchInferApiException>(() => Client.ListModelsAsync(Ct));

        Assert.Equal(HttpStatusCode.BadGateway, e.Status);
        Assert.Null(e.Code);
        Assert.Contains("502", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Another_servers_page_is_named_as_such()
    {
        Server.OnRaw("GET /v1/models", (_, http) => http.Response.WriteAsync("<html>"));
        var e = await Assert.ThrowsAsync<BatchInferApiException>(() => Client.ListModelsAsync(Ct));
        Assert.Contains("not what a BatchInfer server sends", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_base_address_keeps_its_path()
    {
        Server.On("GET /infer/v1/models", Sample.Page(Sample.Model()));
        using var client = new BatchInferClient(new Uri(Server.Address, "/infer"));
        Assert.Single((await client.ListModelsAsync(Ct)).Data);
    }
}
