using System.Diagnostics;
using BatchInfer.Results.Data;
using BatchInfer.ServiceDefaults;
using Npgsql;

namespace BatchInfer.Benchmarks.Persist;

/// <summary>
/// A database with the product's tables: on the server that <c>BATCHINFER_BENCH_POSTGRES</c> names, else on one of its own, durable
/// as in production. It goes with its owner.
/// </summary>
internal sealed class BenchmarkPostgres : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "native", "postgres");
    private readonly string _server;
    private readonly TemporaryFolder? _folder;

    private BenchmarkPostgres(string server, string database, TemporaryFolder? folder)
    {
        (_server, _folder) = (server, folder);
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = database, CommandTimeout = 0 }.ConnectionString;
    }

    public string ConnectionString { get; }

    public DatabaseOptions Options => new() { ConnectionString = ConnectionString };

    public static async Task<BenchmarkPostgres> StartAsync()
    {
        TemporaryFolder? folder = null;
        string? server = Environment.GetEnvironmentVariable("BATCHINFER_BENCH_POSTGRES");
        if (string.IsNullOrEmpty(server))
        {
            folder = new TemporaryFolder();
            await RunScriptAsync("start", folder["postgres"], "--durable");
            server = (await RunScriptAsync("url", folder["postgres"])).Trim();
        }

        string name = $"bench_{Guid.NewGuid():N}";
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        var postgres = new BenchmarkPostgres(server, name, folder);
        await ResultsDatabase.MigrateAsync(postgres.Options, CancellationToken.None);
        return postgres;
    }

    /// <summary>Runs a statement, or several.</summary>
    public Task ExecuteAsync(string sql) => ExecuteAsync(ConnectionString, sql);

    /// <summary>Reads one value.</summary>
    public async Task<T> ScalarAsync<T>(string sql)
    {
        await using var connection = new NpgsqlConnection(ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    public async ValueTask DisposeAsync()
    {
        NpgsqlConnection.ClearAllPools();
        await ExecuteAsync(_server, $"DROP DATABASE {new NpgsqlConnectionStringBuilder(ConnectionString).Database} WITH (FORCE)");
        if (_folder is null) return;
        await RunScriptAsync("stop", _folder["postgres"]);
        _folder.Dispose();
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<string> RunScriptAsync(params string[] arguments)
    {
        // The server that it starts inherits its error stream; its output ends with it.
        using var process = Process.Start(new ProcessStartInfo(Script, arguments) { RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{Script} did not start.");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{Script} {arguments[0]} ended with {process.ExitCode}.");
    }
}
