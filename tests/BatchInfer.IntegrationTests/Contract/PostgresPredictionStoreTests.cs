using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class PostgresPredictionStoreTests : PredictionStoreContract
{
    private protected override async Task<DatabaseOptions> CreateDatabaseAsync()
    {
        return new DatabaseOptions { ConnectionString = await TestServers.CreateDatabaseAsync(TestContext.Current.CancellationToken) };
    }

    private protected override async Task DropDatabaseAsync(DatabaseOptions options)
    {
        using (var connection = new NpgsqlConnection(options.ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await TestServers.DropDatabaseAsync(options.ConnectionString!);
    }

    private protected override IPredictionStore Open(DatabaseOptions options) =>
        new PostgresPredictionStore(options.PostgresConnectionString(), TimeProvider.System);
}
