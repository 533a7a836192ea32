using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class SqlitePredictionStoreTests : PredictionStoreContract
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

    private protected override IPredictionStore Open(DatabaseOptions options, long rowsCounted) =>
        new SqlitePredictionStore(options.SqliteConnectionString("results"), TimeProvider.System) { RowsCounted = rowsCounted };
}
