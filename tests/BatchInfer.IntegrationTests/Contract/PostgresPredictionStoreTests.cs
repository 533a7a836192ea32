using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class PostgresPredictionStoreTests : PredictionStoreContract
{
    private protected override async Task<DatabaseOptions> CreateDatabaseAsync() =>
        new() { ConnectionString = await TestServers.CreateDatabaseAsync(Ct) };

    private protected override async Task DropDatabaseAsync(DatabaseOptions options)
    {
        using (var connection = new NpgsqlConnection(options.ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await TestServers.DropDatabaseAsync(options.ConnectionString!);
    }

    private protected override IPredictionStore Open(DatabaseOptions options, long rowsCounted) =>
        new PostgresPredictionStore(options.PostgresConnectionString(), TimeProvider.System) { RowsCounted = rowsCounted };

    private protected override async Task EstimateAsync(DatabaseOptions options)
    {
        await using var connection = new NpgsqlConnection(options.ConnectionString);
        await connection.OpenAsync(Ct);
        await using var analyze = new NpgsqlCommand("ANALYZE", connection);
        await analyze.ExecuteNonQueryAsync(Ct);
    }
}
