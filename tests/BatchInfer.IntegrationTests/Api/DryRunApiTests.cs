using System.Net;
using System.Net.Http.Json;
using System.Text;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>A dry run says what the job then does.</summary>
public sealed class DryRunApiTests(EmbeddedApi api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact(Timeout = 120_000)]
    public async Task A_plan_counts_what_the_job_then_computes_and_makes_no_job()
    {
        var ct = TestContext.Current.CancellationToken;
        var jobsBefore = (await api.Client.ListJobsAsync(limit: 1000, ct: ct)).Data.Select(j => j.Id).ToHashSet();
        string old = Lines(0, 300, "planned"), grown = old + Lines(300, 420, "planned") + "{broken\n{\"text\":\"\"}\n" + Lines(300, 310, "planned");
        var request = new JobRequest { Model = "sentiment", Input = new JobInput { FileId = (await UploadAsync(old, ct)).Id } };

        var plan = await api.Client.PlanJobAsync(request, ct);
        Assert.Equal((300, 0, 300, 0, 300), (plan.Records, plan.Malformed, plan.Distinct, plan.AlreadyPredicted, plan.ToCompute));
        Assert.Equal(TokenSource.Counted, plan.TokensFrom);
        Assert.Equal(1, plan.Workers);
        Assert.DoesNotContain((await api.Client.ListJobsAsync(limit: 1000, ct: ct)).Data, j => j.FileId == plan.FileId && !jobsBefore.Contains(j.Id));

        var job = await api.Client.CompletedAsync((await api.Client.SubmitJobAsync(request, ct: ct)).Id, ct);
        Assert.Equal((plan.ToCompute, plan.Tokens), (job.Counts.Computed, job.Counts.Tokens));
        Assert.Equal((plan.Revision, plan.Parameters.ToJsonString()), (job.Revision, job.Parameters.ToJsonString()));

        // The next night: only the new rows are left, and there is a pace to tell the time by.
        request = request with { Input = new JobInput { FileId = (await UploadAsync(grown, ct)).Id } };
        plan = await api.Client.PlanJobAsync(request, ct);
        Assert.Equal((432, 2, 420, 300, 120), (plan.Records, plan.Malformed, plan.Distinct, plan.AlreadyPredicted, plan.ToCompute));
        Assert.True(plan.Pace is { Records: > 0, RecordsPerWorkerSecond: > 0, TokensPerWorkerSecond: > 0 } && plan.Seconds > 0 && plan.WorkerHours is not null);
        var note = Assert.Single(plan.Notes);
        Assert.StartsWith("2 malformed: line 421: The line is not valid JSON", note, StringComparison.Ordinal);
        Assert.EndsWith("line 422: The text in 'text' is empty or white space.", note, StringComparison.Ordinal);
        job = await api.Client.CompletedAsync((await api.Client.SubmitJobAsync(request, ct: ct)).Id, ct);
        Assert.Equal((plan.ToCompute, plan.Malformed, plan.Tokens), (job.Counts.Computed, job.Counts.Failed, job.Counts.Tokens));

        plan = await api.Client.PlanJobAsync(request, ct);
        Assert.Equal((0, 0, 0.0), (plan.ToCompute, plan.Tokens, plan.Seconds));
    }

    [Fact(Timeout = 120_000)]
    public async Task The_tokens_of_a_large_rest_are_estimated_by_a_sample()
    {
        var ct = TestContext.Current.CancellationToken;
        var file = await UploadAsync(Lines(0, 5000, "sampled"), ct);
        var plan = await api.Client.PlanJobAsync(new JobRequest { Model = "sentiment", Input = new JobInput { FileId = file.Id } }, ct);
        Assert.Equal((5000, TokenSource.Sample), (plan.ToCompute, plan.TokensFrom));
        // Each record is much like another here: [CLS], the words, the number in one to four pieces, [SEP].
        Assert.InRange((double)plan.Tokens!.Value / plan.ToCompute, 6, 14);
    }

    [Fact]
    public async Task Inline_records_and_other_parameters_are_planned_like_any()
    {
        string body = "{\"model\":\"sentiment\",\"parameters\":{\"top_k\":1},\"input\":{\"records\":[\"one inline\",\"one inline\",{\"text\":\"two inline\"}]}}";
        var answer = await api.PostAsync("v1/jobs?dry_run=true", body, Ct);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var plan = (await answer.Content.ReadFromJsonAsync<JobPlan>(ApiJson.Options, Ct))!;
        Assert.Equal((3, 2, 2, 1), (plan.Records, plan.Distinct, plan.ToCompute, plan.Parameters["top_k"]!.GetValue<int>()));
    }

    [Theory]
    [InlineData("{\"model\":\"absent\",\"input\":{\"records\":[\"a\"]}}", "model")]
    [InlineData("{\"model\":\"sentiment\",\"input\":{\"file_id\":\"file-000000000000000000000000\"}}", "input.file_id")]
    public async Task A_wrong_request_is_refused_as_a_submit_is(string body, string field)
    {
        var dry = await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/jobs?dry_run=true", body, Ct), HttpStatusCode.BadRequest, Ct);
        var wet = await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/jobs", body, Ct), HttpStatusCode.BadRequest, Ct);
        Assert.Equal(field, dry.GetProperty("field").GetString());
        Assert.Equal(wet.GetProperty("detail").GetString(), dry.GetProperty("detail").GetString());
    }

    [Fact]
    public async Task A_dry_run_that_is_neither_true_nor_false_is_refused() =>
        Assert.Equal(HttpStatusCode.BadRequest, (await api.PostAsync("v1/jobs?dry_run=perhaps", "{\"model\":\"sentiment\",\"input\":{\"records\":[\"a\"]}}", Ct)).StatusCode);

    private Task<FileResource> UploadAsync(string corpus, CancellationToken ct) =>
        api.Client.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(corpus)), "planned.jsonl", ct: ct);

    private static string Lines(int from, int to, string what) =>
        string.Concat(Enumerable.Range(from, to - from).Select(i => $"{{\"text\":\"a {what} film number {i}\"}}\n"));
}
