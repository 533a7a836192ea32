using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Threading.Channels;
using BatchInfer.Contracts;
using BatchInfer.Results;
using BatchInfer.Results.Data;
using BatchInfer.Results.PersistPredictions;
using BatchInfer.ServiceDefaults;
using CsvHelper;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>The service as a whole, over messages and HTTP, on the in-memory transport. One subclass for each database.</summary>
public abstract partial class ResultsServiceContract : IAsyncLifetime
{
    // Unbounded: holds the few events of one test.
    private readonly Channel<ShardPersisted> _persisted = Channel.CreateUnbounded<ShardPersisted>();
    private readonly ShardId _shard = new(Guid.NewGuid(), 0);
    private DatabaseOptions? _options;
    private WebApplication? _app;
    private HttpClient? _http;

    private protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    private HttpClient Http => _http!;

    public async ValueTask InitializeAsync()
    {
        _options = await CreateDatabaseAsync();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Bus:Transport"] = "InMemory";
        builder.Configuration["Database:Provider"] = _options.Provider.ToString();
        builder.Configuration["Database:Folder"] = _options.Folder;
        builder.Configuration["Database:ConnectionString"] = _options.ConnectionString;
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
        if (_options is not null) await DropDatabaseAsync(_options);
        GC.SuppressFinalize(this);
    }

    /// <summary>An empty database of the test's own; skips where there is no server.</summary>
    private protected abstract Task<DatabaseOptions> CreateDatabaseAsync();

    private protected abstract Task DropDatabaseAsync(DatabaseOptions options);

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
    public async Task A_whole_job_comes_as_csv_with_the_best_label_in_a_column()
    {
        await StoreAsync(3, failedFrom: 2);
        var table = new List<string[]>();
        using var reader = CsvReader.Create(
            await Http.GetByteArrayAsync($"/v1/jobs/{_shard.JobId}/predictions?format=csv", Ct), new CsvReaderOptions { HasHeader = false });
        while (reader.Read()) table.Add([.. Enumerable.Range(0, reader.FieldCount).Select(reader.GetString)]);

        Assert.Equal(
            [
                ["ordinal", "custom_id", "label", "score", "output", "tokens_cut", "error_code", "error_message"],
                ["0", "id-0", "positive", "0.1", Chunks.Output(0), "0", "", ""],
                ["1", "id-1", "positive", "0.2", Chunks.Output(1), "0", "", ""],
                ["2", "id-2", "", "", "", "0", ErrorCodes.EmptyText, "The text is empty."],
            ], table);
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

    /// <summary>Revisions of one model, announced one after the other. The name stands for the first.</summary>
    private async Task AnnounceAsync(params string[] revisions)
    {
        foreach (var (age, revision) in (revisions is [] ? [Chunks.Revision] : revisions).Index())
        {
            var model = new ModelDescriptor("sentiment", revision, "Bert", TaskNames.TextClassification,
                new Dictionary<string, string> { [TaskNames.TextClassification] = "{}" }, 64, ["negative", "positive"], 1);
            await _app!.Services.GetRequiredService<IBus>().Publish(new WorkerAnnounced("w1", "host", [model], [], Chunks.Started.AddSeconds(age), false), Ct);
            // Heard of when it is stored: nothing tells, so ask until it is there.
            foreach (string name in (string[])["sentiment", $"sentiment@{revision}"])
                while ((await Http.GetAsync($"/v1/predictions?model={name}&input=x", Ct)).StatusCode != HttpStatusCode.NotFound) await Task.Yield();
        }
    }

    internal sealed class PersistedShards(ChannelWriter<ShardPersisted> persisted) : IConsumer<ShardPersisted>
    {
        public Task Consume(ConsumeContext<ShardPersisted> context) => persisted.WriteAsync(context.Message, context.CancellationToken).AsTask();
    }
}
