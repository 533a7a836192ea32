using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class PostgresResultsServiceTests : ResultsServiceContract
{
    private protected override async Task<DatabaseOptions> CreateDatabaseAsync() =>
        new() { ConnectionString = await TestServers.CreateDatabaseAsync(Ct) };

    private protected override async Task DropDatabaseAsync(DatabaseOptions options)
    {
        using (var connection = new NpgsqlConnection(options.ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await TestServers.DropDatabaseAsync(options.ConnectionString!);
    }
}
