using System.Net;
using System.Net.Http.Json;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

public sealed class SubmitApiTests(EmbeddedApi api)
{
    private const string Inline = "\"input\":{\"records\":[\"a fine film\"]}";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("{}", "model")]
    [InlineData("{\"model\":\"absent\"," + Inline + "}", "model")]
    [InlineData("{\"model\":\"sentiment\"}", "input")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{}}", "input")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"file_id\":\"x\",\"records\":[]}}", "input")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"file_id\":\"file-000000000000000000000000\"}}", "input.file_id")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"file_id\":\"../../etc/passwd\"}}", "input.file_id")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"records\":[]}}", "input.records")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"records\":[\"a\",3]}}", "input.records[1]")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"records\":[\"a\",\"\\ud800\"]}}", "input.records[1]")]
    [InlineData("{\"model\":\"sentiment\",\"task\":\"fill-mask\"," + Inline + "}", "task")]
    [InlineData("{\"model\":\"sentiment\",\"priority\":0," + Inline + "}", "priority")]
    [InlineData("{\"model\":\"sentiment\",\"priority\":\"high\"," + Inline + "}", "priority")]
    [InlineData("{\"model\":\"sentiment\",\"text_field\":\"\"," + Inline + "}", "text_field")]
    [InlineData("{\"model\":\"sentiment\",\"metadata\":{\"a\":null}," + Inline + "}", "metadata.a")]
    [InlineData("{\"model\":\"sentiment\",\"parameters\":{\"max_length\":100000}," + Inline + "}", "parameters.max_length")]
    [InlineData("{\"model\":\"sentiment\",\"parameters\":{\"max_length\":0}," + Inline + "}", "parameters.max_length")]
    [InlineData("{\"model\":\"sentiment\",\"parameters\":{\"temperature\":1}," + Inline + "}", "parameters.temperature")]
    [InlineData("{\"model\":\"sentiment\",\"parameter\":{}," + Inline + "}", "parameter")]
    [InlineData("{\"model\":", "model")]
    public async Task A_wrong_request_names_its_field(string body, string field)
    {
        var problem = await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/jobs", body, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.True(problem.GetProperty("errors").TryGetProperty(field, out _));
    }

    [Theory]
    [InlineData("v1/jobs", "{\"model\":\"sentiment\",\"priority\":\"high\"}", "priority", "Must be a whole number. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"error_threshold\":\"high\"}", "error_threshold", "Must be a number. (line 1, byte ")]
    [InlineData("v1/jobs", "{\n\"model\":5}", "model", "Must be a string. (line 2, byte ")]
    [InlineData("v1/jobs", "{\"input\":[]}", "input", "Must be an object. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"metadata\":[]}", "metadata", "Must be an object. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"parameters\":[]}", "parameters", "Must be an object. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"input\":{\"format\":\"xml\"}}", "input.format", "Must be one of: jsonl, csv, text. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"prompt\":{\"chat\":\"yes\"}}", "prompt.chat", "Must be true or false. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"inputs\":[]}", "inputs", "'inputs' is not known here; taken are: model, ")]
    [InlineData("v1/jobs", "{\"input\":{\"file\":1}}", "input.file", "'file' is not known here; taken are: file_id, ")]
    [InlineData("v1/jobs", "null", "body", "The body is empty. Send a JSON object.")]
    [InlineData("v1/jobs", "", "body", "The body is empty")]
    [InlineData("v1/jobs", "[]", "body", "Must be an object. (line 1, byte ")]
    [InlineData("v1/jobs", "{\"model\":\"a\",}", "body", "")]
    [InlineData("v1/jobs?dry_run=perhaps", "{}", "dry_run", "Must be true or false.")]
    [InlineData("v1/predictions/lookup", "{\"keys\":[\"abc\"]}", "keys[0]", "Must be an id such as ")]
    [InlineData("v1/predictions/lookup", "{\"keys\":5}", "keys", "Must be a list. (line 1, byte ")]
    [InlineData("v1/predictions/lookup", "{\"inputs\":{}}", "inputs", "Must be a list. (line 1, byte ")]
    public async Task A_request_that_cannot_be_read_is_refused_in_words_of_the_api(string path, string body, string field, string says)
    {
        var problem = await EmbeddedApi.ProblemAsync(await api.PostAsync(path, body, Ct), HttpStatusCode.BadRequest, Ct);
        string detail = problem.GetProperty("detail").GetString()!;
        Assert.StartsWith(says, detail, StringComparison.Ordinal);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.DoesNotMatch("System|BatchInfer|\\.NET|Service|inferred|reader options", detail);
    }

    [Theory]
    [InlineData("v1/jobs?limit=many", "limit", "Must be a whole number.")]
    [InlineData("v1/jobs?cursor=abc", "cursor", "Must be an id such as ")]
    public async Task A_question_that_cannot_be_read_names_its_parameter(string path, string field, string says)
    {
        var problem = await EmbeddedApi.ProblemAsync(await api.GetAsync(path, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, problem.GetProperty("field").GetString());
        Assert.StartsWith(says, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v1/jobs/nope", "'nope' is no job id")]
    [InlineData("v1/jobs/nope/timeline", "'nope' is no job id")]
    [InlineData("v1/predictions/abc", "'abc' is no prediction's key")]
    [InlineData("v1/nothing", "There is nothing at /v1/nothing")]
    public async Task What_is_no_id_is_called_so(string path, string says)
    {
        var problem = await EmbeddedApi.ProblemAsync(await api.GetAsync(path, Ct), HttpStatusCode.NotFound, Ct);
        Assert.StartsWith(says, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"id\":\"a\",\"doc\":{\"body\":\"x\",\"n\":1}}\n{broken\n{\"other\":\"x\"}\n", "body", null, "text_field", "None of the first 3 records has a field 'body'. The first has: id, doc.body, doc.n.")]
    [InlineData("{\"text\":\"x\"}", "text", "nope", "id_field", "The record has no field 'nope'. It has: text.")]
    [InlineData("{\"a\":\"x\",\"a\":\"y\"}", "text", null, "text_field", "The record has no field 'text'. It has: a, a.")]
    [InlineData("{}\n\n{}", "text", null, "text_field", "None of the first 2 records has a field 'text'. The first has: none.")]
    public async Task A_field_that_no_json_record_has_is_refused_at_once(string jsonl, string text, string? id, string field, string says)
    {
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => api.Client.SubmitAsync(
            new MemoryStream(Encoding.UTF8.GetBytes(jsonl)), "corpus.jsonl", new JobRequest { Model = "sentiment", TextField = text, IdField = id }, Ct));
        Assert.Equal((HttpStatusCode.BadRequest, field, says), (refused.Status, refused.Field, refused.Detail));
    }

    [Theory]
    [InlineData("{\"other\":1}\n{\"doc\":{\"body\":\"found later\"}}\n", "doc.body")]
    [InlineData("{\"other\":1}\n{\"doc.body\":\"by its whole name\"}\n", "doc.body")]
    [InlineData("{broken\n", "text")]
    public async Task A_field_that_some_first_record_has_or_that_cannot_be_told_is_taken(string jsonl, string text)
    {
        var job = await api.Client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes(jsonl)), "corpus.jsonl", new JobRequest { Model = "sentiment", TextField = text }, Ct);
        Assert.Equal(1, (await api.Client.CompletedAsync(job.Id, Ct)).Counts.Failed);
    }

    [Theory]
    [InlineData("id;text\n1;a\n", "text", "text_field")]
    [InlineData("id,review\n1,a\n", "text", "text_field")]
    [InlineData("no,text\n1,a\n", "text", "id_field")]
    public async Task A_column_that_the_csv_has_not_is_refused_at_once(string csv, string text, string field)
    {
        var refused = await Assert.ThrowsAsync<BatchInferApiException>(() =>
            api.Client.SubmitAsync(new MemoryStream(Encoding.UTF8.GetBytes(csv)), "corpus.csv", new JobRequest { Model = "sentiment", TextField = text, IdField = "id" }, Ct));
        Assert.Equal((HttpStatusCode.BadRequest, field), (refused.Status, refused.Field));
    }

    [Fact]
    public async Task A_job_is_accepted_with_its_place_and_its_defaults()
    {
        var accepted = await api.PostAsync("v1/jobs", "{\"model\":\"sentiment\",\"metadata\":{\"for\":\"test\"},\"input\":{\"records\":[{\"text\":\"good\"},\"bad\"]}}", Ct);

        Assert.Equal(HttpStatusCode.Accepted, accepted.StatusCode);
        var job = (await accepted.Content.ReadFromJsonAsync<JobResource>(ApiJson.Options, Ct))!;
        Assert.Equal($"/v1/jobs/{job.Id}", accepted.Headers.Location!.ToString());
        Assert.Equal(("sentiment", "text-classification", 10, "text", "test"), (job.Model, job.Task, job.Priority, job.TextField, job.Metadata["for"]));
        var done = await api.Client.CompletedAsync(job.Id, Ct);
        Assert.Equal((2, 0, 2), (done.Counts.Total, done.Counts.Failed, done.Counts.Computed + done.Counts.Cached));
        Assert.NotNull(done.StartedAt);
        Assert.NotNull(done.FinishedAt);
        Assert.Null(done.Throughput.EtaSeconds);
        Assert.Equal(done, (await api.Client.ListJobsAsync(limit: 1000, ct: Ct)).Data.Single(j => j.Id == job.Id), JobEquality);
    }

    [Fact]
    public async Task A_string_is_the_text_whatever_the_text_field()
    {
        var job = (await (await api.PostAsync("v1/jobs", "{\"model\":\"sentiment\",\"text_field\":\"review.body\",\"input\":{\"records\":[\"a nested one\",{\"review\":{\"body\":\"a second nested one\"}}]}}", Ct))
            .Content.ReadFromJsonAsync<JobResource>(ApiJson.Options, Ct))!;
        var done = await api.Client.CompletedAsync(job.Id, Ct);
        Assert.Equal((2, 0), (done.Counts.Total, done.Counts.Failed));
    }

    [Fact]
    public async Task One_idempotency_key_makes_one_job_even_at_once()
    {
        string key = Guid.NewGuid().ToString();
        string body = "{\"model\":\"sentiment\"," + Inline + "}";
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => api.PostAsync("v1/jobs", body, Ct, (BatchInferClient.IdempotencyKeyHeader, key))));

        Assert.All(answers, a => Assert.Equal(HttpStatusCode.Accepted, a.StatusCode));
        Assert.Single(answers.Select(a => a.Headers.Location).Distinct());
        Assert.Single(answers, a => !a.Headers.Contains("Idempotent-Replayed"));

        var other = await api.PostAsync("v1/jobs", "{\"model\":\"sentiment\",\"priority\":3," + Inline + "}", Ct, (BatchInferClient.IdempotencyKeyHeader, key));
        var problem = await EmbeddedApi.ProblemAsync(other, HttpStatusCode.UnprocessableEntity, Ct);
        Assert.Equal("idempotency_key_reused", problem.GetProperty("code").GetString());
    }

    private static bool JobEquality(JobResource? a, JobResource? b) => (a?.Id, a?.Status, a?.Counts, a?.FinishedAt) == (b?.Id, b?.Status, b?.Counts, b?.FinishedAt);
}
