using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

public sealed class PredictionsApiTests(EmbeddedApi api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Bad_records_are_error_rows_and_the_rest_is_predicted()
    {
        var job = await api.PredictAsync(
            "\uFEFF{\"doc\":{\"body\":\"a warm, funny film\"},\"id\":\"first\"}\r\n"
            + "{\"doc\":{}}\r\n{oops\r\n\r\n{\"doc\":{\"body\":\"  \"},\"id\":\"blank\"}\r\n{\"doc\":{\"body\":\"dull\"},\"id\":7}",
            "bad.jsonl", new JobRequest { TextField = "doc.body", IdField = "id" }, Ct);

        Assert.Equal((5, 3), (job.Counts.Total, job.Counts.Failed));
        var lines = await api.Client.LinesAsync(job, Ct);
        Assert.Equal(["first", "2", "3", "blank", "7"], lines.Select(l => l.CustomId));
        Assert.Equal([null, ErrorCodes.MissingField, ErrorCodes.MalformedRecord, ErrorCodes.EmptyText, null], lines.Select(l => l.Error?.Code));
        Assert.Equal([null, 2L, 3L, 5L, null], lines.Select(l => l.Error?.Line));
        Assert.All(lines, l => Assert.Equal(l.Error is null, l.Output is not null));
        Assert.True(Jobs.Scores(lines[0].Output!.Value)["POSITIVE"] > 0.5);

        var errors = await api.Client.ListErrorsAsync(job.Id, ct: Ct);
        Assert.Equal([(1, "2", 2), (2, "3", 3), (3, "blank", 5)], errors.Data.Select(e => ((int)e.Ordinal, e.CustomId, (int)e.Line)));
        Assert.All(errors.Data, e => Assert.False(string.IsNullOrEmpty(e.Message)));
    }

    [Fact]
    public async Task Csv_and_text_are_read_as_well()
    {
        var csv = await api.PredictAsync("\"key\",review\r\nx,\"good, \"\"very\"\" good\r\nindeed\"\r\ny,bad\r\nz\r\n", "c.csv", new JobRequest { TextField = "review", IdField = "key" }, Ct);
        var lines = await api.Client.LinesAsync(csv, Ct);
        Assert.Equal([("x", null), ("y", null), ("z", 5L)], lines.Select(l => (l.CustomId, l.Error?.Line)));

        var text = await api.PredictAsync("first line\nsecond line", "t.txt", new JobRequest(), Ct);
        Assert.Equal(["1", "2"], (await api.Client.LinesAsync(text, Ct)).Select(l => l.CustomId));
    }

    [Fact]
    public async Task Equal_texts_are_computed_once_and_counted()
    {
        string salt = Guid.NewGuid().ToString();
        var job = await api.PredictAsync($"{salt} a\n{salt} b\n{salt} a\n{salt} a\n", "d.txt", new JobRequest(), Ct);
        Assert.Equal((2, 2, 2), (job.Counts.Computed, job.Counts.Cached, job.Counts.Duplicates));
        var lines = await api.Client.LinesAsync(job, Ct);
        Assert.True(JsonElement.DeepEquals(lines[0].Output!.Value, lines[3].Output!.Value));
        Assert.False(JsonElement.DeepEquals(lines[0].Output!.Value, lines[1].Output!.Value));
    }

    [Fact]
    public async Task Pages_by_cursor_and_the_stream_are_the_same_lines()
    {
        var job = await api.PredictAsync(string.Join('\n', Enumerable.Range(0, 25).Select(i => i % 5 == 0 ? " " : $"text {i}")), "p.txt", new JobRequest(), Ct);
        var stream = await api.Client.LinesAsync(job, Ct);
        var paged = new List<PredictionLine>();
        string? cursor = null;
        do
        {
            var page = await api.Client.ListPredictionsAsync(job.Id, cursor, 10, Ct);
            paged.AddRange(page.Data);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(stream.Select(l => JsonSerializer.Serialize(l, ApiJson.Options)), paged.Select(l => JsonSerializer.Serialize(l, ApiJson.Options)));
        foreach (string query in new[] { "limit=0", "limit=x", "cursor=zz", "format=xml", "format=jsonl&limit=3" })
        {
            var problem = await EmbeddedApi.ProblemAsync(await api.GetAsync($"v1/jobs/{job.Id}/predictions?{query}", Ct), HttpStatusCode.BadRequest, Ct);
            Assert.Equal(query.Split('&')[^1].Split('=')[0], problem.GetProperty("field").GetString());
        }
    }

    [Fact]
    public async Task A_stored_prediction_is_looked_up_by_input_by_key_and_by_custom_id()
    {
        string text = $"a lovely film {Guid.NewGuid()}";
        var job = await api.PredictAsync($"{{\"id\":\"mine\",\"text\":\"{text}\"}}", "l.jsonl", new JobRequest { IdField = "id" }, Ct);
        var output = (await api.Client.LinesAsync(job, Ct))[0].Output!.Value;

        var byInput = await api.Client.LookupAsync(new LookupRequest { Model = "sentiment", Inputs = new JsonArray(text, "never seen") }, Ct);
        Assert.Equal([true, false], byInput.Data.Select(d => d.Found));
        Assert.True(JsonElement.DeepEquals(output, byInput.Data[0].Output!.Value));
        var byKey = await api.Client.LookupAsync(new LookupRequest { Keys = [byInput.Data[0].Key!.Value] }, Ct);
        Assert.True(JsonElement.DeepEquals(output, byKey.Data.Single().Output!.Value));
        var byId = await api.Client.LookupAsync(new LookupRequest { JobId = job.Id, CustomIds = ["absent", "mine"] }, Ct);
        Assert.Equal([false, true], byId.Data.Select(d => d.Found));

        var one = await api.GetAsync($"v1/predictions?model=sentiment&input={Uri.EscapeDataString(text)}", Ct);
        Assert.Equal(HttpStatusCode.OK, one.StatusCode);
        using var again = new HttpRequestMessage(HttpMethod.Get, one.RequestMessage!.RequestUri);
        again.Headers.IfNoneMatch.Add(EntityTagHeaderValue.Parse(one.Headers.ETag!.ToString()));
        Assert.Equal(HttpStatusCode.NotModified, (await api.Http.SendAsync(again, Ct)).StatusCode);
        await EmbeddedApi.ProblemAsync(await api.GetAsync("v1/predictions?model=sentiment&input=never%20seen", Ct), HttpStatusCode.NotFound, Ct);
    }

    [Theory]
    [InlineData("{}", "inputs")]
    [InlineData("{\"inputs\":[\"a\"]}", "model")]
    [InlineData("{\"model\":\"absent\",\"inputs\":[\"a\"]}", "model")]
    [InlineData("{\"model\":\"sentiment\",\"inputs\":[\"a\",4]}", "inputs[1]")]
    [InlineData("{\"custom_ids\":[\"a\"]}", "job_id")]
    [InlineData("{\"keys\":[\"a\"]}", "keys[0]")]
    public async Task A_wrong_lookup_names_its_field(string body, string field)
    {
        var problem = await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/predictions/lookup", body, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task A_job_that_is_not_there_has_no_predictions()
    {
        foreach (string path in new[] { "", "/predictions", "/predictions?format=jsonl", "/errors" })
            await EmbeddedApi.ProblemAsync(await api.GetAsync($"v1/jobs/{Guid.NewGuid()}{path}", Ct), HttpStatusCode.NotFound, Ct);
        await EmbeddedApi.ProblemAsync(await api.PostAsync($"v1/jobs/{Guid.NewGuid()}/cancel", "", Ct), HttpStatusCode.NotFound, Ct);
    }
}
