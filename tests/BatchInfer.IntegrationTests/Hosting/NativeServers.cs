using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>A RabbitMQ and a PostgreSQL of the test's own, started by the scripts that users have, to do the worst to.</summary>
internal sealed class NativeServers : IAsyncDisposable
{
    /// <summary>With this the scripts end when a server is not installed and cannot be.</summary>
    public const int NotInstallable = 69;

    private readonly TemporaryFolder _folder = new();

    public int BrokerPort { get; private set; }

    public int DatabasePort { get; private set; }

    /// <summary>The broker's address with its user.</summary>
    public Uri Broker => new(File.ReadAllText(_folder["rabbitmq/url"]).Trim());

    /// <summary>Connection string of the superuser, without a pool: what a fault does must not wait for another's connection.</summary>
    public string Database => File.ReadAllText(_folder["postgres/url"]).Trim() + ";Pooling=false;Timeout=5";

    /// <summary>Starts both; skips the test where they cannot be installed.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="databaseDisk">Where PostgreSQL keeps its tables and its log, in place of a folder beside the broker's.</param>
    public static async Task<NativeServers> StartAsync(CancellationToken ct, SmallDisk? databaseDisk = null)
    {
        var servers = new NativeServers();
        try
        {
            if (databaseDisk is not null) Directory.CreateSymbolicLink(Path.Combine(Directory.CreateDirectory(servers._folder["postgres"]).FullName, "pg"), databaseDisk.Path);
            await Task.WhenAll(servers.RunAsync("postgres", ["start", "--durable"], ct), servers.RunAsync("rabbitmq", ["start", "--durable"], ct));
            servers.BrokerPort = servers.Broker.Port;
            servers.DatabasePort = new NpgsqlConnectionStringBuilder(servers.Database).Port;
            return servers;
        }
        catch (Exception e)
        {
            await servers.DisposeAsync();
            Assert.SkipWhen(e is ScriptException { ExitCode: NotInstallable }, $"This test does the worst to servers of its own, which cannot be installed here: {e.Message}");
            throw;
        }
    }

    /// <summary>Where a server keeps its files.</summary>
    public string FolderOf(string server) => _folder[server];

    public Task StopAsync(string server, CancellationToken ct) => RunAsync(server, ["stop"], ct);

    /// <summary>SIGKILL to the server.</summary>
    public Task KillAsync(string server, CancellationToken ct) => RunAsync(server, ["kill"], ct);

    /// <summary>Starts a server again where it was.</summary>
    public Task StartAgainAsync(string server, CancellationToken ct) =>
        RunAsync(server, ["start", (server == "rabbitmq" ? BrokerPort : DatabasePort).ToString(CultureInfo.InvariantCulture), "--durable"], ct);

    /// <summary>Waits for a PostgreSQL that has fallen, by itself, to answer again; one that has ended is started, as whoever runs it would.</summary>
    public async Task ReviveDatabaseAsync(CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        while (true)
        {
            try
            {
                await using var connection = new NpgsqlConnection(Database);
                await connection.OpenAsync(ct);
                return;
            }
            catch (NpgsqlException)
            {
                // It is on its way up, or has ended.
            }

            try
            {
                await StartAgainAsync("postgres", ct);
                return;
            }
            catch (ScriptException)
            {
                await timer.WaitForNextTickAsync(ct); // It runs: it reads its log.
            }
        }
    }

    /// <summary><c>rabbitmqctl</c>.</summary>
    public Task<string> ControlBrokerAsync(string[] arguments, CancellationToken ct) => RunAsync("rabbitmq", ["ctl"], ct, arguments);

    public async ValueTask DisposeAsync()
    {
        foreach (string server in (string[])["rabbitmq", "postgres"])
        {
            try
            {
                if (Directory.Exists(_folder[server])) await RunAsync(server, ["stop"], CancellationToken.None);
            }
            catch (ScriptException e)
            {
                TestContext.Current.TestOutputHelper?.WriteLine(e.Message);
            }
        }

        _folder.Dispose();
    }

    private async Task<string> RunAsync(string server, string[] command, CancellationToken ct, params string[] arguments)
    {
        string script = Path.Combine(Repository.Root, "deploy", "native", server);
        var start = new ProcessStartInfo(script, [command[0], _folder[server], .. command[1..], .. arguments]) { RedirectStandardOutput = true };
        // To a file, not a pipe: what it starts keeps it open.
        string errors = _folder[$"{server}-{Guid.NewGuid():N}.log"];
        start = new ProcessStartInfo("bash", ["-c", "exec \"$@\" 2>\"$0\"", errors, script, .. start.ArgumentList]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        string output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        if (process.ExitCode != 0) throw new ScriptException(process.ExitCode, $"{server} {command[0]}: {await File.ReadAllTextAsync(errors, ct)}");
        return output;
    }

    private sealed class ScriptException(int exitCode, string message) : Exception(message)
    {
        public int ExitCode { get; } = exitCode;
    }
}
