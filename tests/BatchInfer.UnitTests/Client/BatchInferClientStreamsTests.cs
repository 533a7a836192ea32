using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.UnitTests.Client;

/// <summary>Lookups, and lists and jobs as streams.</summary>
public sealed class BatchInferClientStreamsTests : ClientTest
{
    [Fact]
    public async Task One_prediction_is_found_by_input_by_custom_id_and_by_key()
    {
        var key = Guid.NewGuid();
        Server.On("GET /v1/predictions", Result("a & b", key)).On($"GET /v1/predictions/{key}", Result("a & b", key));
        Assert.Equal(key, (await Client.FindAsync("m", "a & b", task: "t", parameters: new JsonObject { ["top_k"] = 1 }, ct: Ct))!.Key);
        Assert.Equal("?model=m&input=a%20%26%20b&task=t&parameters=%7B%22top_k%22%3A1%7D", Server.Single("GET /v1/predictions").Query);
        Assert.Equal(key, (await Client.FindAsync(key, Ct))!.Key);
        Server.Requests.Clear();
        await Client.FindAsync(Sample.JobId, "id/1", Ct);
        Assert.Equal($"?job_id={Sample.JobId}&custom_id=id%2F1", Server.Single("GET /v1/predictions").Query);
    }

    [Fact]
    public async Task A_miss_is_null_and_another_404_is_not()
    {
        Server.OnProblem("GET /v1/predictions", 404, "not_found", null, "Nothing is stored.");
        Assert.Null(await Client.FindAsync("m", "a", ct: Ct));
        var e = await Assert.ThrowsAsync<BatchInferApiException>(() => Client.FindAsync(Guid.NewGuid(), Ct));
        Assert.Equal(HttpStatusCode.NotFound, e.Status);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("the second text")]
    public async Task An_input_that_is_too_long_for_an_address_is_asked_for_in_a_body(string? pair)
    {
        string input = new('漢', 900);
        Server.On("POST /v1/predictions/lookup", new LookupResponse([Result(input, Sample.JobId)]));
        var found = await Client.FindAsync("m", input, pair, "t", new JsonObject { ["top_k"] = 1 }, Ct);
        Assert.Equal((Sample.JobId, input), (found!.Key!.Value, found.Input));
        var asked = JsonNode.Parse(Server.Single("POST /v1/predictions/lookup").Body)!;
        Assert.Equal(("m", "t", 1), ((string?)asked["model"], (string?)asked["task"], (int?)asked["parameters"]!["top_k"]));
        Assert.True(JsonNode.DeepEquals(pair is null ? new JsonArray(input) : new JsonArray(new JsonArray(input, pair)), asked["inputs"]));

        Server.On("POST /v1/predictions/lookup", new LookupResponse([Result(input, Sample.JobId) with { Found = false }]));
        Assert.Null(await Client.FindAsync("m", input, pair, ct: Ct));
        Assert.Null(await Client.FindAsync(Sample.JobId, input[..500], Ct));
        Assert.DoesNotContain(Server.Requests, r => r.Method == "GET");
    }

    [Fact]
    public async Task A_history_is_asked_for_with_parameters_and_in_a_body_where_the_input_is_long()
    {
        Server.On("GET /v1/predictions/history", new LookupResponse([])).On("POST /v1/predictions/history", new LookupResponse([]));
        await Client.GetHistoryAsync("m", "a & b", "c", "t", new JsonObject { ["top_k"] = 1 }, Ct);
        Assert.Equal("?model=m&input=a%20%26%20b&input_pair=c&task=t&parameters=%7B%22top_k%22%3A1%7D", Server.Single("GET /v1/predictions/history").Query);
        string input = new('漢', 900);
        await Client.GetHistoryAsync("m", input, "c", "t", new JsonObject { ["top_k"] = 1 }, Ct);
        var expected = new JsonObject { ["model"] = "m", ["input"] = input, ["input_pair"] = "c", ["task"] = "t", ["parameters"] = new JsonObject { ["top_k"] = 1 } };
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(Server.Single("POST /v1/predictions/history").Body)));
    }

    [Fact]
    public async Task A_stream_of_inputs_is_looked_up_a_thousand_at_a_time_and_answered_in_order()
    {
        Server.On("POST /v1/predictions/lookup", r => new LookupResponse(
            [.. JsonNode.Parse(r.Body)!["inputs"]!.AsArray().Select(i => Result(i!.GetValue<string>(), Guid.NewGuid()))]));
        string[] asked = [.. Enumerable.Range(0, 2500).Select(i => $"text {i}")];
        var answers = new List<string>();
        await foreach (var result in Client.LookupAsync(new LookupRequest { Model = "m" }, asked.Select(t => (JsonNode)t).ToAsyncEnumerable(), Ct)) answers.Add(result.Input!);
        Assert.Equal(asked, answers);
        Assert.Equal(3, Server.Requests.Count);
    }

    [Fact]
    public async Task Lists_are_streams_that_ask_for_no_page_more_than_they_need()
    {
        Server.On("GET /v1/jobs", r => new Page<JobResource>([Sample.Job(), Sample.Job()], r.Query.Contains("cursor", StringComparison.Ordinal) ? null : "next"));
        Assert.Equal(4, await Client.ReadJobsAsync(ct: Ct).CountAsync(Ct));
        Server.Requests.Clear();
        Assert.Equal(2, await Client.ReadJobsAsync(limit: 2, Ct).CountAsync(Ct));
        Assert.Single(Server.Requests);
    }

    [Fact]
    public async Task A_job_is_watched_to_its_end()
    {
        int asked = 0;
        Server.On($"GET /v1/jobs/{Sample.JobId}", _ => Sample.Job(++asked < 3 ? JobStatus.Running : JobStatus.Completed));
        var seen = await Client.WatchJobAsync(Sample.Job(JobStatus.Planning), ct: Ct).Select(j => j.Status).ToListAsync(Ct);
        Assert.Equal([JobStatus.Planning, JobStatus.Running, JobStatus.Running, JobStatus.Completed], seen);
    }

    [Fact]
    public async Task A_plan_is_a_submit_that_makes_no_job()
    {
        Server.On("POST /v1/jobs", new JobPlan("m", Sample.Revision, "t", [], "file-1", 10, 1, 9, 4, 5, 50, TokenSource.Counted, null, null, null, 1, ["n"]));
        var plan = await Client.PlanJobAsync(new JobRequest { Model = "m", Input = new JobInput { FileId = "file-1" } }, Ct);
        Assert.Equal((5, TokenSource.Counted, "n"), (plan.ToCompute, plan.TokensFrom, Assert.Single(plan.Notes)));
        Assert.Equal("?dry_run=true", Server.Single("POST /v1/jobs").Query);
    }

    private static LookupResult Result(string input, Guid key) => new(true, key, null, input, null, "m", Sample.Revision, null, null);
}
