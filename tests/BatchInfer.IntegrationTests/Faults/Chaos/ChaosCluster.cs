using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using Npgsql;

namespace BatchInfer.IntegrationTests.Faults.Chaos;

/// <summary>
/// The distributed product on servers of its own, every process watched over and started again when it ends. Leases and
/// heartbeats are short, so that what a user waits a minute for is seen in seconds.
/// </summary>
internal sealed class ChaosCluster : IAsyncDisposable
{
    /// <summary>Enough for the jobs of a run and PostgreSQL's log.</summary>
    private const int DatabaseMegabytes = 512;

    private readonly TemporaryFolder _folder = new();
    private readonly List<NetworkNamespace> _namespaces = [];
    private readonly List<int> _coordinatorPorts = [];

    private ChaosCluster(NativeServers servers, SmallDisk? databaseDisk, ChaosConfiguration configuration) =>
        (Servers, DatabaseDisk, Configuration) = (servers, databaseDisk, configuration);

    public NativeServers Servers { get; }

    /// <summary>Where all of PostgreSQL lies, its log too, if it was asked for.</summary>
    public SmallDisk? DatabaseDisk { get; }

    public ChaosConfiguration Configuration { get; }

    public List<ServiceSlot> Coordinators { get; } = [];

    public List<ServiceSlot> Results { get; } = [];

    public List<ServiceSlot> Workers { get; } = [];

    /// <summary>Workers that can be cut off.</summary>
    public List<NetworkNamespace> Namespaces => _namespaces;

    public IEnumerable<ServiceSlot> Services => [.. Coordinators, .. Results, .. Workers];

    public BatchInferClient Client { get; private set; } = null!;

    /// <summary>Starts the servers, and the services in any order.</summary>
    /// <param name="configuration">How many of what.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="serversAway">Stops the servers again before any service starts.</param>
    public static async Task<ChaosCluster> StartAsync(ChaosConfiguration configuration, CancellationToken ct, bool serversAway = false)
    {
        var disk = configuration.SmallDatabaseDisk ? await SmallDisk.MountAsync(DatabaseMegabytes) : null;
        var cluster = new ChaosCluster(await ServersAsync(disk, ct), disk, configuration);
        try
        {
            if (disk is not null) await cluster.KeepLogSmallAsync(ct);
            if (serversAway) await Task.WhenAll(cluster.Servers.StopAsync("rabbitmq", ct), cluster.Servers.StopAsync("postgres", ct));
            var ports = Enumerable.Range(0, configuration.Results).Select(_ => Loopback.FreePort()).ToList();
            foreach (int port in ports) cluster.Results.Add(cluster.Slot("Results", port, new() { ["Database__Provider"] = "Postgres" }));
            for (int i = 0; i < configuration.Coordinators; i++) cluster.AddCoordinator(ports[0]);
            for (int i = 0; i < configuration.Workers; i++) cluster.Workers.Add(cluster.Slot("Worker", 0, cluster.WorkerSettings(cluster.Servers.Broker)));
            for (int i = 0; i < configuration.IsolatedWorkers; i++) cluster.AddIsolatedWorker();
            cluster.Client = new BatchInferClient(new Uri($"http://127.0.0.1:{cluster._coordinatorPorts[0]}"));
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens a connection to the database for the harness itself.</summary>
    public async Task<NpgsqlConnection> OpenAsync(CancellationToken ct)
    {
        var connection = new NpgsqlConnection(Servers.Database);
        await connection.OpenAsync(ct);
        return connection;
    }

    /// <summary>Has the database do something.</summary>
    public async Task ExecuteAsync(string sql, CancellationToken ct)
    {
        await using var connection = await OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        await Task.WhenAll(Services.Select(s => s.DisposeAsync().AsTask()));
        foreach (var space in _namespaces) await space.DisposeAsync();
        await Servers.DisposeAsync();
        if (DatabaseDisk is not null) await DatabaseDisk.DisposeAsync();
        _folder.Dispose();
    }

    private static async Task<NativeServers> ServersAsync(SmallDisk? disk, CancellationToken ct)
    {
        try
        {
            return await NativeServers.StartAsync(ct, disk);
        }
        catch
        {
            if (disk is not null) await disk.DisposeAsync();
            throw;
        }
    }

    /// <summary>It would else grow to two gigabytes before PostgreSQL thinks of writing over what it no longer needs.</summary>
    private async Task KeepLogSmallAsync(CancellationToken ct)
    {
        foreach (string sql in (string[])["ALTER SYSTEM SET max_wal_size = '96MB'", "ALTER SYSTEM SET min_wal_size = '32MB'", "SELECT pg_reload_conf()"])
            await ExecuteAsync(sql, ct);
    }

    private void AddCoordinator(int resultsPort)
    {
        int port = Loopback.FreePort();
        _coordinatorPorts.Add(port);
        var settings = new Dictionary<string, string>
        {
            ["Database__Provider"] = "Postgres",
            ["Results__BaseAddress"] = $"http://127.0.0.1:{resultsPort}",
            ["Files__Folder"] = _folder["files"],
            ["Coordinator__LeaseSeconds"] = "10",
            ["Coordinator__WorkerTimeoutSeconds"] = "6",
        };
        if (Configuration.CorporaByHttp) settings["Files__PublicUrl"] = $"http://127.0.0.1:{_coordinatorPorts[0]}";
        else settings["Files__SharedWithWorkers"] = "true";
        Coordinators.Add(Slot("Coordinator", port, settings));
    }

    private void AddIsolatedWorker()
    {
        var space = new NetworkNamespace(Servers.BrokerPort);
        _namespaces.Add(space);
        var broker = new UriBuilder(Servers.Broker) { Host = space.HostAddress, Port = space.ForwardedPort }.Uri;
        Workers.Add(Slot("Worker", 0, WorkerSettings(broker, byHttp: false), space.Command));
    }

    private Dictionary<string, string> WorkerSettings(Uri broker, bool? byHttp = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["Bus__Uri"] = broker.ToString(),
            ["Models__Folder"] = Repository.SampleModels,
            ["Worker__HeartbeatSeconds"] = "1",
            ["Inference__ParallelRuns"] = "1",
        };
        if (!(byHttp ?? Configuration.CorporaByHttp)) settings["Corpora__Roots__0"] = _folder["files"];
        return settings;
    }

    private ServiceSlot Slot(string service, int port, Dictionary<string, string> settings, string[]? command = null)
    {
        settings.TryAdd("Bus__Uri", Servers.Broker.ToString());
        settings["Bus__HeartbeatSeconds"] = "2";
        settings["Bus__DrainSeconds"] = "5";
        settings["Database__ConnectionString"] = Servers.Database.Replace(";Pooling=false", ";Maximum Pool Size=10", StringComparison.Ordinal);
        settings["ASPNETCORE_URLS"] = $"http://127.0.0.1:{port}";
        return new ServiceSlot(service, ct => ServiceProcess.StartInAsync(command ?? [], $"BatchInfer.{service}", settings, ct));
    }
}
