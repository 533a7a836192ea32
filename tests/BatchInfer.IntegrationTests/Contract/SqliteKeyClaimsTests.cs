using BatchInfer.Coordinator.Data;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class SqliteKeyClaimsTests : KeyClaimsContract
{
    private readonly TemporaryFolder _folder = new();

    private string ConnectionString => $"Data Source={_folder["coordinator.db"]};Default Timeout=30";

    private protected override Task<Func<CoordinatorContext>> CreateDatabaseAsync()
    {
        var options = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
        SqliteCoordinatorContext.Configure(options, ConnectionString);
        return Task.FromResult<Func<CoordinatorContext>>(() => new SqliteCoordinatorContext(options.Options));
    }

    private protected override Task DropDatabaseAsync()
    {
        using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
        _folder.Dispose();
        return Task.CompletedTask;
    }
}
