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
