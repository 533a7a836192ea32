using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using BatchInfer.Contracts;
using BatchInfer.Results;
using BatchInfer.Results.Data;
using BatchInfer.Results.PersistPredictions;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>The service as a whole, over messages and HTTP, on the in-memory transport and SQLite.</summary>
public sealed class ResultsServiceTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("batchinfer-results-").FullName;
    // Unbounded: holds the few events of one test.
    private readonly Channel<ShardPersisted> _persisted = Channel.CreateUnbounded<ShardPersisted>();
    private readonly ShardId _shard = new(Guid.NewGuid(), 0);
    private WebApplication? _app;
    private HttpClient? _http;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Http => _http!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Bus:Transport"] = "InMemory";
        builder.Configuration["Database:Provider"] = "Sqlite";
        builder.Configuration["Database:Folder"] = _folder;
        builder.AddServiceDefaults("results-tests");
        builder.AddResults();
        builder.Services.AddSingleton(_persisted.Writer);
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.AddResultsConsumers();
            bus.AddConsumer<PersistedShards>();
        });
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapResults();
        await _app.StartAsync(Ct);
        _http = new HttpClient { BaseAddress = new Uri(_app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        if (_app is not null) await _app.DisposeAsync();
        SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_complete_shard_is_announced_after_its_last_chunk_and_after_each_redelivery()
    {
        await SendAsync(Chunks.Computed(_shard, 20, 0, 10));
        await SendAsync(Chunks.Computed(_shard, 20, 10, 20, "w7", 3));
        var persisted = await _persisted.Reader.ReadAsync(Ct);
        Assert.Equal((_shard, new OutcomeCounts(20, 0, 0, 0, 100, 160), Chunks.Started), (persisted.Shard, persisted.Counts, persisted.StartedAt));

        await SendAsync(Chunks.Computed(_shard, 20, 10, 20, "w7", 3));
        var again = await _persisted.Reader.ReadAsync(Ct);
        Assert.Equal((persisted.Counts, 3, "w7"), (again.Counts, again.Attempt, again.Worker));
    }

    [Fact]
    public async Task A_chunk_that_cannot_be_stored_does_not_hold_up_those_that_wait_with_it()
    {
        var bad = Chunks.Computed(new ShardId(Guid.NewGuid(), 0), 1, 0, 1);
        bad = bad with { Items = [bad.Items[0] with { CustomId = null! }] };
        var commits = _app!.Services.GetRequiredService<GroupCommit>();
        await _app.Services.GetRequiredService<ResultsDatabase>().Ready;
        var shards = Enumerable.Range(0, 40).Select(_ => new ShardId(Guid.NewGuid(), 0)).ToList();

        var failed = new List<Task> { commits.StoreAsync(bad, Ct) };
        var stored = shards.Select(shard => commits.StoreAsync(Chunks.Computed(shard, 10, 0, 10), Ct)).ToList();
        failed.Add(commits.StoreAsync(bad, Ct));

        Assert.All(await Task.WhenAll(stored), s => Assert.True(s.IsComplete));
        foreach (var task in failed) await Assert.ThrowsAsync<ArgumentNullException>(() => task);
    }

    [Fact]
    public async Task Known_keys_are_answered_over_the_bus()
    {
        await StoreAsync(10);
        var client = _app!.Services.GetRequiredService<IBus>().CreateRequestClient<FindKnownKeys>(new Uri($"queue:{QueueNames.KnownKeys}"));
        byte[] keys = [.. Enumerable.Range(0, 20).SelectMany(i => Chunks.Key(Chunks.Text(i)).ToByteArray(bigEndian: true))];

        var answer = await client.GetResponse<KnownKeys>(new FindKnownKeys(keys), Ct);

        Assert.Equal([0xFF, 0x03, 0x00], answer.Message.Known);
    }

    [Fact]
    public async Task Pages_follow_each_other_in_input_order()
    {
        await StoreAsync(25, failedFrom: 20);
        var lines = new List<PredictionLine>();
        string? cursor = null;
        do
        {
            string next = cursor is null ? "" : $"&cursor={cursor}";
            var page = await Http.GetFromJsonAsync<Page<PredictionLine>>($"/v1/jobs/{_shard.JobId}/predictions?limit=10{next}", ApiJson.Options, Ct);
            lines.AddRange(page!.Data);
            cursor = page.NextCursor;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 25).Select(i => (long)i), lines.Select(l => l.Ordinal));
        Assert.Equal("positive", lines[3].Output!.Value[0].GetProperty("label").GetString());
        Assert.Equal(ErrorCodes.EmptyText, lines[22].Error!.Code);

        var errors = await Http.GetFromJsonAsync<Page<ErrorLine>>($"/v1/jobs/{_shard.JobId}/errors?limit=5", ApiJson.Options, Ct);
        Assert.Equal([20, 21, 22, 23, 24], errors!.Data.Select(e => e.Ordinal));
        Assert.Null(errors.NextCursor);

        var nothing = await Http.GetFromJsonAsync<Page<PredictionLine>>($"/v1/jobs/{Guid.NewGuid()}/predictions", ApiJson.Options, Ct);
        Assert.Empty(nothing!.Data);
    }

    [Theory]
    [InlineData("?format=jsonl", null)]
    [InlineData("", "application/x-ndjson")]
    public async Task A_whole_job_comes_as_lines_of_json(string query, string? accept)
    {
        await StoreAsync(1201, failedFrom: 1200);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/jobs/{_shard.JobId}/predictions{query}");
        if (accept is not null) request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(accept));
        using var response = await Http.SendAsync(request, Ct);

        Assert.Equal("application/x-ndjson", response.Content.Headers.ContentType!.MediaType);
        string[] lines = (await response.Content.ReadAsStringAsync(Ct)).TrimEnd('\n').Split('\n');
        Assert.Equal(1201, lines.Length);
        Assert.Equal("""{"ordinal":7,"custom_id":"id-7","output":[{"label": "positive", "score": 0.8}],"error":null}""", lines[7]);
        Assert.Equal(
            """{"ordinal":1200,"custom_id":"id-1200","output":null,"error":{"code":"empty_text","message":"The text is empty.","line":1201}}""",
            lines[1200]);
    }

    [Fact]
    public async Task Embeddings_are_lists_of_floats_in_parquet()
    {
        float[]?[] vectors = [[0.5f, -1e-7f, float.MaxValue], null, [], [1f]];
        var predictions = vectors.Index().Where(v => v.Item is not null).Select(v => Chunks.Prediction(Chunks.Text(v.Index), null, v.Item)).ToList();
        var items = vectors.Index().Select(v => v.Item is null ? Chunks.Error(v.Index) : Chunks.Item(v.Index, OutcomeKind.Computed)).ToList();
        await SendAsync(Chunks.Chunk(_shard, 4, predictions, items));
        await _persisted.Reader.ReadAsync(Ct);

        await using var parquet = await Parquet.ParquetReader.CreateAsync(
            new MemoryStream(await Http.GetByteArrayAsync($"/v1/jobs/{_shard.JobId}/predictions?format=parquet&compression=zstd", Ct)), cancellationToken: Ct);
        using var group = parquet.OpenRowGroupReader(0);
        var field = parquet.Schema.DataFields.Single(f => f.Path.ToString().StartsWith("embedding/", StringComparison.Ordinal));
        var (values, definitions, repetitions) = (new float[6], new int[6], new int[6]);
        await group.ReadRawAsync<float>(field, values, definitions, repetitions, Ct);

        Assert.Equal((float[])[0.5f, -1e-7f, float.MaxValue, 1f], values[..4]);
        // 2: a value; 0: no list; 1: an empty one. A list begins with 0 and goes on with 1.
        Assert.Equal([2, 2, 2, 0, 1, 2], definitions);
        Assert.Equal([0, 1, 1, 0, 0, 0], repetitions);
        Assert.DoesNotContain(parquet.Schema.DataFields, f => f.Name == "output");
    }

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

    [Fact]
    public async Task The_service_is_ready_when_its_tables_are_there()
    {
        await StoreAsync(1);
        using var response = await Http.GetAsync("/health/ready", Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task StoreAsync(int records, int failedFrom = int.MaxValue)
    {
        int good = Math.Min(records, failedFrom);
        if (good < records) await SendAsync(Chunks.Failed(_shard, records, good, records));
        await SendAsync(Chunks.Computed(_shard, records, 0, good));
        Assert.Equal(_shard, (await _persisted.Reader.ReadAsync(Ct)).Shard);
    }

    private async Task SendAsync(PredictionsProduced chunk)
    {
        var endpoint = await _app!.Services.GetRequiredService<IBus>().GetSendEndpoint(EndpointPolicy.Address(BusTransport.InMemory, QueueNames.Persist));
        await endpoint.Send(chunk, Ct);
    }

    private async Task AnnounceAsync()
    {
        var model = new ModelDescriptor("sentiment", Chunks.Revision, "Bert", TaskNames.TextClassification,
            new Dictionary<string, string> { [TaskNames.TextClassification] = "{}" }, 64, ["negative", "positive"], 1);
        await _app!.Services.GetRequiredService<IBus>().Publish(new WorkerAnnounced("w1", "host", [model], [], Chunks.Started, false), Ct);
        // Heard of when it is stored: nothing tells, so ask until it is there.
        while ((await Http.GetAsync("/v1/predictions?model=sentiment&input=x", Ct)).StatusCode != HttpStatusCode.NotFound) await Task.Yield();
    }

    private async Task<LookupResponse> LookUpAsync(object request)
    {
        using var response = await Http.PostAsJsonAsync("/v1/predictions/lookup", request, Ct);
        string body = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.IsSuccessStatusCode, body);
        return JsonSerializer.Deserialize<LookupResponse>(body, ApiJson.Options)!;
    }

    internal sealed class PersistedShards(ChannelWriter<ShardPersisted> persisted) : IConsumer<ShardPersisted>
    {
        public Task Consume(ConsumeContext<ShardPersisted> context) => persisted.WriteAsync(context.Message, context.CancellationToken).AsTask();
    }
}
