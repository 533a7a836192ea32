using BatchInfer.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class SqliteResultsServiceTests : ResultsServiceContract
{
    private protected override Task<DatabaseOptions> CreateDatabaseAsync() => Task.FromResult(new DatabaseOptions
    {
        Provider = DatabaseProvider.Sqlite,
        Folder = Directory.CreateTempSubdirectory("batchinfer-results-").FullName,
    });

    private protected override Task DropDatabaseAsync(DatabaseOptions options)
    {
        using (var connection = new SqliteConnection(options.SqliteConnectionString("results"))) SqliteConnection.ClearPool(connection);
        Directory.Delete(options.Folder!, recursive: true);
        return Task.CompletedTask;
    }
}
