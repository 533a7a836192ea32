using Npgsql;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>The servers that <c>tests/run</c> starts, by environment variables. Each test takes a database and a virtual host of its own.</summary>
internal static class TestServers
{
    private const string Hint = "is not set; tests/run starts the servers and sets it.";

    /// <summary>Makes an empty database and returns its connection string; skips the test where there is no server.</summary>
    public static async Task<string> CreateDatabaseAsync(CancellationToken ct)
    {
        string? server = Environment.GetEnvironmentVariable("BATCHINFER_TEST_POSTGRES");
        Assert.SkipWhen(string.IsNullOrEmpty(server), $"BATCHINFER_TEST_POSTGRES {Hint}");
        string name = $"test_{Guid.NewGuid():N}";
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync(ct);
        await using var create = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await create.ExecuteNonQueryAsync(ct);
        // Each test ends with its pools: hundreds of idle connections would exhaust the server.
        return new NpgsqlConnectionStringBuilder(server) { Database = name, MaxPoolSize = 20 }.ConnectionString;
    }

    /// <summary>Drops a database that <see cref="CreateDatabaseAsync"/> made.</summary>
    public static async Task DropDatabaseAsync(string connectionString)
    {
        await using var connection = new NpgsqlConnection(Environment.GetEnvironmentVariable("BATCHINFER_TEST_POSTGRES"));
        await connection.OpenAsync();
        string name = new NpgsqlConnectionStringBuilder(connectionString).Database!;
        await using var drop = new NpgsqlCommand($"DROP DATABASE IF EXISTS {name} WITH (FORCE)", connection);
        await drop.ExecuteNonQueryAsync();
    }

    /// <summary>Makes a virtual host on the broker, so that queues of one test never meet another's.</summary>
    public static async Task<VirtualHost> CreateVirtualHostAsync(CancellationToken ct)
    {
        string? broker = Environment.GetEnvironmentVariable("BATCHINFER_TEST_RABBITMQ");
        string? management = Environment.GetEnvironmentVariable("BATCHINFER_TEST_RABBITMQ_MANAGEMENT");
        Assert.SkipWhen(string.IsNullOrEmpty(broker), $"BATCHINFER_TEST_RABBITMQ {Hint}");
        Assert.SkipWhen(string.IsNullOrEmpty(management), $"BATCHINFER_TEST_RABBITMQ_MANAGEMENT {Hint}");
        return await VirtualHost.CreateAsync(new Uri(broker!), new Uri(management!), ct);
    }
}
