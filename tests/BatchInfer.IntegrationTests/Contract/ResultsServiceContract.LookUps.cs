using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Single lookups and many at once.</summary>
public abstract partial class ResultsServiceContract
{
    [Fact]
    public async Task Inputs_are_looked_up_with_the_models_defaults_and_misses_are_told()
    {
        await StoreAsync(10);
        await AnnounceAsync();
        var answer = await LookUpAsync(new { model = "sentiment", inputs = new object[] { "text 3", "never seen", "text 3", new[] { "text 3", "b" } } });

        Assert.Equal([true, false, true, false], answer.Data.Select(r => r.Found));
        Assert.Equal("text 3", answer.Data[0].Input);
        Assert.Equal(Chunks.Key("text 3"), answer.Data[0].Key);
        Assert.Equal(0.4, answer.Data[0].Output!.Value[0].GetProperty("score").GetDouble());
        Assert.Equal("sentiment", answer.Data[0].Model);
        Assert.Equal("never seen", answer.Data[1].Input);
        Assert.Null(answer.Data[1].Output);
    }

    [Fact]
    public async Task Keys_and_custom_ids_are_looked_up()
    {
        await StoreAsync(10, failedFrom: 9);
        var byKey = await LookUpAsync(new { keys = new[] { Chunks.Key("text 2"), Guid.NewGuid() } });
        Assert.Equal([true, false], byKey.Data.Select(r => r.Found));

        var byId = await LookUpAsync(new { job_id = _shard.JobId, custom_ids = new[] { "id-9", "id-4", "id-99" } });
        Assert.Equal([false, true, false], byId.Data.Select(r => r.Found));
        Assert.Equal(("id-4", "text 4"), (byId.Data[1].CustomId, byId.Data[1].Input));
    }

    [Fact]
    public async Task An_answer_by_custom_id_is_no_answer_to_its_key()
    {
        await StoreAsync(10);
        string byId = $"/v1/predictions?job_id={_shard.JobId}&custom_id=id-5", byKey = $"/v1/predictions/{Chunks.Key("text 5")}";
        foreach (var (path, id) in ((string, string?)[])[(byId, "id-5"), (byKey, null), (byId, "id-5"), (byKey, null)])
            Assert.Equal(id, (await Http.GetFromJsonAsync<LookupResult>(path, ApiJson.Options, Ct))!.CustomId);
    }

    [Theory]
    [InlineData("/v1/predictions?model=sentiment&input=text%205", "private, no-cache")]
    [InlineData("/v1/predictions?job_id={job}&custom_id=id-5", "private, no-cache")]
    [InlineData("/v1/predictions/{key}", "private, max-age=31536000, immutable")]
    public async Task One_prediction_has_a_strong_tag_and_answers_304_to_it(string path, string cacheControl)
    {
        await StoreAsync(10);
        await AnnounceAsync();
        path = path.Replace("{job}", _shard.JobId.ToString(), StringComparison.Ordinal).Replace("{key}", Chunks.Key("text 5").ToString(), StringComparison.Ordinal);
        using var first = await Http.GetAsync(path, Ct);
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.StartsWith($"\"{Chunks.Key("text 5"):N}-", first.Headers.ETag!.Tag, StringComparison.Ordinal);
        Assert.False(first.Headers.ETag.IsWeak);
        Assert.Equal(cacheControl, first.Headers.NonValidated["Cache-Control"].ToString());
        var found = (await first.Content.ReadFromJsonAsync<LookupResult>(ApiJson.Options, Ct))!;
        Assert.Equal((true, "text 5", "sentiment", Chunks.Revision, _shard.JobId), (found.Found, found.Input, found.Model, found.Revision, found.JobId));

        foreach (string tag in (string[])[first.Headers.ETag.Tag, "\"other\", W/" + first.Headers.ETag.Tag, "*"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.TryAddWithoutValidation("If-None-Match", tag);
            using var again = await Http.SendAsync(request, Ct);
            Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
            Assert.Empty(await again.Content.ReadAsByteArrayAsync(Ct));
            Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        }

        using var stale = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "If-None-Match", "\"other\"" } } };
        using var whole = await Http.SendAsync(stale, Ct);
        Assert.Equal(HttpStatusCode.OK, whole.StatusCode);
    }

    [Fact]
    public async Task A_miss_says_what_was_looked_for_and_is_found_once_it_is_stored()
    {
        await AnnounceAsync();
        string path = $"/v1/predictions?model=sentiment&input={Uri.EscapeDataString(Chunks.Text(3))}";
        using var miss = await Http.GetAsync(path, Ct);
        Assert.Equal(HttpStatusCode.NotFound, miss.StatusCode);
        Assert.Equal("application/problem+json", miss.Content.Headers.ContentType!.MediaType);
        string message = JsonNode.Parse(await miss.Content.ReadAsStringAsync(Ct))!["detail"]!.GetValue<string>();
        Assert.Contains("sentiment", message, StringComparison.Ordinal);
        Assert.Contains(Chunks.Revision, message, StringComparison.Ordinal);
        var missed = Assert.Single((await LookUpAsync(new { model = "sentiment", inputs = new[] { Chunks.Text(3) } })).Data);
        Assert.Equal((false, Chunks.Text(3), "sentiment", Chunks.Revision), (missed.Found, missed.Input, missed.Model, missed.Revision));

        await StoreAsync(10);

        using var hit = await Http.GetAsync(path, Ct);
        Assert.Equal(HttpStatusCode.OK, hit.StatusCode);
        foreach (string unknown in (string[])[$"/v1/predictions/{Guid.NewGuid()}", $"/v1/predictions?job_id={Guid.NewGuid()}&custom_id=id-5", $"/v1/predictions?job_id={_shard.JobId}&custom_id=id-55"])
            Assert.Equal(HttpStatusCode.NotFound, (await Http.GetAsync(unknown, Ct)).StatusCode);
    }

    [Fact]
    public async Task Many_questions_at_once_each_get_their_own_answer()
    {
        await StoreAsync(300);
        await AnnounceAsync();
        // Twice: from the store, then from the cache.
        for (int round = 0; round < 2; round++)
        {
            var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(async i =>
            {
                using var response = await Http.GetAsync($"/v1/predictions?model=sentiment&input={Uri.EscapeDataString(Chunks.Text(i))}", Ct);
                return response.IsSuccessStatusCode ? (await response.Content.ReadFromJsonAsync<LookupResult>(ApiJson.Options, Ct))!.Input : null;
            }));
            for (int i = 0; i < answers.Length; i++) Assert.Equal(i < 300 ? Chunks.Text(i) : null, answers[i]);
        }
    }

    [Theory]
    [InlineData("/v1/jobs/11111111-1111-1111-1111-111111111111/predictions?limit=0", "limit")]
    [InlineData("/v1/jobs/11111111-1111-1111-1111-111111111111/predictions?limit=10001", "limit")]
    [InlineData("/v1/jobs/11111111-1111-1111-1111-111111111111/errors?limit=x", "limit")]
    [InlineData("/v1/jobs/11111111-1111-1111-1111-111111111111/predictions?cursor=-4", "cursor")]
    [InlineData("/v1/jobs/11111111-1111-1111-1111-111111111111/predictions?format=xml", "format")]
    [InlineData("/v1/predictions?model=nobody&input=a", "model")]
    [InlineData("/v1/predictions?input=a", "model")]
    [InlineData("/v1/predictions?model=sentiment", "input")]
    [InlineData("/v1/predictions?model=sentiment&input=a&task=dance", "task")]
    [InlineData("/v1/predictions?model=sentiment&input=a&parameters=7", "parameters")]
    [InlineData("/v1/predictions?model=sentiment&input=a&parameters={\"max_length\":8,\"max_length\":9}", "parameters")]
    [InlineData("/v1/predictions?job_id=7&custom_id=a", "job_id")]
    [InlineData("/v1/predictions?job_id=11111111-1111-1111-1111-111111111111", "custom_id")]
    [InlineData("/v1/predictions?job_id=11111111-1111-1111-1111-111111111111&custom_id=a&input=b", "input")]
    [InlineData("/v1/predictions?model=sentiment&input=a&parameters={\"max_length\":1}", "parameters.max_length")]
    public async Task A_wrong_request_is_told_which_field(string path, string field)
    {
        await AnnounceAsync();
        using var response = await Http.GetAsync(path, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["field"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("{}", "inputs")]
    [InlineData("""{"keys":[],"inputs":[]}""", "inputs")]
    [InlineData("""{"custom_ids":["a"]}""", "job_id")]
    [InlineData("""{"model":"sentiment","inputs":["a",7]}""", "inputs[1]")]
    [InlineData("""{"model":"sentiment","inputs":["\ud800"]}""", "inputs[0]")]
    [InlineData("""{"model":"sentiment","inputs":["a"],"unknown":1}""", "unknown")]
    [InlineData("""{"keys":["nonsense"]}""", "keys[0]")]
    public async Task A_wrong_lookup_is_told_which_field(string body, string field)
    {
        await AnnounceAsync();
        using var content = new StringContent(body, new MediaTypeHeaderValue("application/json"));
        using var response = await Http.PostAsync("/v1/predictions/lookup", content, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(field, JsonNode.Parse(await response.Content.ReadAsStringAsync(Ct))!["field"]!.GetValue<string>());
    }

    [Fact]
    public async Task More_inputs_than_the_limit_are_refused()
    {
        using var response = await Http.PostAsJsonAsync("/v1/predictions/lookup", new { keys = Enumerable.Repeat(Guid.Empty, 10_001) }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<LookupResponse> LookUpAsync(object request)
    {
        using var response = await Http.PostAsJsonAsync("/v1/predictions/lookup", request, Ct);
        string body = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<LookupResponse>(body, ApiJson.Options)!;
    }
}
