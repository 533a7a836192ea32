using System.Net;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>The second level of the lookups' cache: replicas of the results service that share a Redis, and what they do without it.</summary>
public sealed class SharedCacheTests : IAsyncLifetime
{
    private readonly ShardId _shard = new(Guid.NewGuid(), 0);
    private readonly List<WebApplication> _replicas = [];
    private RedisServer? _redis;
    private string _database = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync(Ct);
        if (_redis is null) return;
        _database = await TestServers.CreateDatabaseAsync(Ct);
        await ResultsDatabase.MigrateAsync(new DatabaseOptions { ConnectionString = _database }, Ct);
        await using var store = new PostgresPredictionStore(_database, TimeProvider.System);
        await store.WriteAsync([Chunks.Computed(_shard, 4, 0, 4)], Ct);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var replica in _replicas) await replica.DisposeAsync();
        if (_redis is null) return;
        await _redis.DisposeAsync();
        await TestServers.DropDatabaseAsync(_database);
    }

    [Fact(Timeout = 300_000)]
    public async Task What_one_replica_has_looked_up_another_has_from_redis_and_without_redis_the_database_answers()
    {
        var ct = TestContext.Current.CancellationToken;
        if (_redis is null) Assert.Skip("There is no Redis here: install the package 'redis-server'.");
        using var first = await StartReplicaAsync();
        using var second = await StartReplicaAsync();
        string cached = $"/v1/predictions/{Chunks.Key(Chunks.Text(1))}", other = $"/v1/predictions/{Chunks.Key(Chunks.Text(2))}";
        var written = await _redis.WrittenKeysAsync();
        var (body, tag) = await GetAsync(first, cached);
        Assert.Contains("positive", body, StringComparison.Ordinal);
        // It is written beside the answer.
        await written.ReadAsync(ct);

        await ExecuteAsync("DELETE FROM results.predictions WHERE key = $1", Chunks.Key(Chunks.Text(1)));
        Assert.Equal((body, tag), await GetAsync(second, cached));

        await _redis.KillAsync();
        Assert.Contains("positive", (await GetAsync(second, other)).Body, StringComparison.Ordinal);
        using var third = await StartReplicaAsync();
        Assert.Contains("positive", (await GetAsync(third, other)).Body, StringComparison.Ordinal);
        using var miss = await third.GetAsync(new Uri(cached, UriKind.Relative), ct);
        Assert.Equal(HttpStatusCode.NotFound, miss.StatusCode);
    }

    private async Task<HttpClient> StartReplicaAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration["Bus:Transport"] = "InMemory";
        builder.Configuration["Database:Provider"] = "Postgres";
        builder.Configuration["Database:ConnectionString"] = _database;
        builder.Configuration["LookUp:Redis"] = _redis!.Address;
        builder.AddServiceDefaults("results-tests");
        builder.AddResults();
        builder.Services.AddBus(builder.Configuration, bus => bus.AddResultsConsumers());
        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapResults();
        _replicas.Add(app);
        await app.StartAsync(Ct);
        await app.Services.GetRequiredService<ResultsDatabase>().Ready.WaitAsync(Ct);
        return new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    private static async Task<(string Body, string? Tag)> GetAsync(HttpClient http, string path)
    {
        using var response = await http.GetAsync(new Uri(path, UriKind.Relative), Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return (await response.Content.ReadAsStringAsync(Ct), response.Headers.ETag?.Tag);
    }

    private async Task ExecuteAsync(string sql, Guid key)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection) { Parameters = { new() { Value = key } } };
        Assert.Equal(1, await command.ExecuteNonQueryAsync(Ct));
    }
}
