using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class PostgresPredictionStoreTests : PredictionStoreContract
{
    private string _database = null!;

    /// <summary>Each step reads all records, so that steps that did not grow with them would be too many.</summary>
    [Fact]
    public async Task A_step_of_trimming_is_about_more_predictions_where_there_are_more_records()
    {
        await Store.WriteAsync([Chunks.Computed(new ShardId(Guid.NewGuid(), 0), 700, 0, 700)], Ct);
        var trim = new Trim([.. (await Store.ListPredictorsAsync(Ct)).Select(p => p.Id)], null, Guid.Empty, 10, DryRun: false);
        Assert.Equal(10, (await Store.TrimAsync(trim, Ct)).Examined);
        await ExecuteAsync("INSERT INTO results.job_items (job, shard, ordinal) SELECT 1000000, 0, n FROM generate_series(1, 50000) AS n; ANALYZE results.job_items");
        Assert.InRange((await Store.TrimAsync(trim, Ct)).Examined, 450, 550);
    }

    private protected override async Task<DatabaseOptions> CreateDatabaseAsync()
    {
        _database = await TestServers.CreateDatabaseAsync(Ct);
        return new DatabaseOptions { ConnectionString = _database };
    }

    private protected override async Task DropDatabaseAsync(DatabaseOptions options)
    {
        using (var connection = new NpgsqlConnection(options.ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await TestServers.DropDatabaseAsync(options.ConnectionString!);
    }

    private protected override IPredictionStore Open(DatabaseOptions options) =>
        new PostgresPredictionStore(options.PostgresConnectionString(), TimeProvider.System);

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(Ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Ct);
    }
}
