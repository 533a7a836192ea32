using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using Npgsql;
using Xunit;

namespace BatchInfer.IntegrationTests.Contract;

public sealed class PostgresPredictionStoreTests : PredictionStoreContract
{
    private protected override async Task<DatabaseOptions> CreateDatabaseAsync()
    {
        string? server = Environment.GetEnvironmentVariable("BATCHINFER_TEST_POSTGRES");
        if (string.IsNullOrEmpty(server)) Assert.Skip("BATCHINFER_TEST_POSTGRES is not set.");
        string name = $"results_{Guid.NewGuid():N}";
        await RunAsync(server, $"CREATE DATABASE {name}");
        return new DatabaseOptions { ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString };
    }

    private protected override async Task DropDatabaseAsync(DatabaseOptions options)
    {
        var builder = new NpgsqlConnectionStringBuilder(options.ConnectionString);
        string server = Environment.GetEnvironmentVariable("BATCHINFER_TEST_POSTGRES")!;
        using (var connection = new NpgsqlConnection(options.ConnectionString)) NpgsqlConnection.ClearPool(connection);
        await RunAsync(server, $"DROP DATABASE {builder.Database} WITH (FORCE)");
    }

    private protected override IPredictionStore Open(DatabaseOptions options) =>
        new PostgresPredictionStore(options.PostgresConnectionString(), TimeProvider.System);

    private static async Task RunAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }
}
