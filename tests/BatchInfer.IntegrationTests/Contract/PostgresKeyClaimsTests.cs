using BatchInfer.Coordinator.Data;
using BatchInfer.IntegrationTests.Hosting;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class PostgresKeyClaimsTests : KeyClaimsContract
{
    private string? _database;

    private protected override async Task<Func<CoordinatorContext>> CreateDatabaseAsync()
    {
        _database = await TestServers.CreateDatabaseAsync(TestContext.Current.CancellationToken);
        var options = new DbContextOptionsBuilder<PostgresCoordinatorContext>();
        PostgresCoordinatorContext.Configure(options, _database);
        return () => new PostgresCoordinatorContext(options.Options);
    }

    private protected override async Task DropDatabaseAsync()
    {
        using (var connection = new NpgsqlConnection(_database)) NpgsqlConnection.ClearPool(connection);
        await TestServers.DropDatabaseAsync(_database!);
    }
}
