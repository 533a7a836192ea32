using BatchInfer.Contracts;
using Npgsql;
using RabbitMQ.Client;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>The distributed product: coordinator, results service and workers, each a process, on RabbitMQ and PostgreSQL.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _database;
    private readonly VirtualHost _broker;
    private readonly TemporaryFolder _folder = new();
    private readonly string _models;
    private readonly List<ServiceProcess> _services = [];
    private Dictionary<string, string> _coordinatorSettings = [], _resultsSettings = [];
    private IReadOnlyDictionary<string, string> _commonSettings = new Dictionary<string, string>();
    private bool _corporaByHttp;

    private Cluster(string database, VirtualHost broker, string models) => (_database, _broker, _models) = (database, broker, models);

    public List<ServiceProcess> Coordinators { get; } = [];

    public List<ServiceProcess> Workers { get; } = [];

    public ServiceProcess Results { get; private set; } = null!;

    public BatchInferClient Client { get; private set; } = null!;

    /// <summary>Where each service answers, health and metrics included.</summary>
    public IEnumerable<Uri> Addresses => _services.Select(s => s.BaseAddress);

    /// <summary>The broker with this cluster's virtual host.</summary>
    public Uri Broker => _broker.Uri;

    /// <summary>Folder of the uploaded corpora.</summary>
    public string FilesFolder => _folder["files"];

    /// <summary>Starts everything.</summary>
    /// <param name="models">Models folder of the workers.</param>
    /// <param name="workers">Worker processes.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="corporaByHttp">Workers read corpora from the coordinator by HTTP ranges, as on machines apart, and not from its folder.</param>
    /// <param name="settings">Further settings of every service.</param>
    public static async Task<Cluster> StartAsync(
        string models, int workers, CancellationToken ct, bool corporaByHttp = false, IReadOnlyDictionary<string, string>? settings = null)
    {
        var database = await TestServers.CreateDatabaseAsync(ct);
        var cluster = new Cluster(database, await TestServers.CreateVirtualHostAsync(ct), models) { _corporaByHttp = corporaByHttp };
        if (settings is not null) cluster._commonSettings = settings;
        try
        {
            string publicUrl = $"http://127.0.0.1:{Loopback.FreePort()}";
            var ofResults = new Dictionary<string, string> { ["Database__Provider"] = "Postgres" };
            if (corporaByHttp) ofResults["Export__Coordinator"] = publicUrl;
            cluster._resultsSettings = ofResults;
            var results = cluster.Results = await cluster.AddResultsAsync(ct);
            var coordinator = new Dictionary<string, string>
            {
                ["Database__Provider"] = "Postgres",
                ["Results__BaseAddress"] = results.BaseAddress.ToString(),
                ["Files__Folder"] = cluster.FilesFolder,
            };
            if (corporaByHttp) coordinator["Files__PublicUrl"] = coordinator["ASPNETCORE_URLS"] = publicUrl;
            else coordinator["Files__SharedWithWorkers"] = "true";
            cluster._coordinatorSettings = coordinator;
            await cluster.AddCoordinatorAsync(ct);
            for (int i = 0; i < workers; i++) await cluster.AddWorkerAsync(ct);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the coordinator and starts another one on the same database.</summary>
    public async Task RestartCoordinatorAsync(CancellationToken ct)
    {
        await Coordinators[^1].KillAsync();
        await AddCoordinatorAsync(ct);
        await Client.ReadyAsync(ct);
    }

    /// <summary>One more coordinator; the client speaks to it from now on.</summary>
    public async Task<ServiceProcess> AddCoordinatorAsync(CancellationToken ct)
    {
        var coordinator = await StartServiceAsync("BatchInfer.Coordinator", _coordinatorSettings, ct);
        Coordinators.Add(coordinator);
        Client?.Dispose();
        Client = new BatchInferClient(coordinator.BaseAddress);
        return coordinator;
    }

    /// <summary>One more results service; it takes its share of what workers send. The coordinators ask the first.</summary>
    public Task<ServiceProcess> AddResultsAsync(CancellationToken ct) => StartServiceAsync("BatchInfer.Results", _resultsSettings, ct);

    /// <summary>Asks the database for a number.</summary>
    public async Task<long> AskAsync(string sql, CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync(ct);
        await using var command = new NpgsqlCommand(sql, connection);
        return Convert.ToInt64(await command.ExecuteScalarAsync(ct), System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Messages that wait in a queue; what a consumer has in hand is not among them.</summary>
    public async Task<uint> QueuedAsync(string queue, CancellationToken ct)
    {
        await using var connection = await new ConnectionFactory { Uri = Broker }.CreateConnectionAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        return (await channel.QueueDeclarePassiveAsync(queue, ct)).MessageCount;
    }

    /// <summary>Starts a worker anew for each one that dies, as whoever runs the product does.</summary>
    public Supervisor SuperviseWorkers() => new(this);

    /// <summary>One more worker.</summary>
    public async Task<ServiceProcess> AddWorkerAsync(CancellationToken ct, string? models = null, IReadOnlyDictionary<string, string>? more = null)
    {
        var settings = new Dictionary<string, string> { ["Models__Folder"] = models ?? _models, ["Worker__HeartbeatSeconds"] = "1" };
        if (!_corporaByHttp) settings["Corpora__Roots__0"] = FilesFolder;
        foreach (var (name, value) in more ?? new Dictionary<string, string>()) settings[name] = value;
        var worker = await StartServiceAsync("BatchInfer.Worker", settings, ct);
        lock (Workers) Workers.Add(worker);
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
        foreach (var service in _services) await service.DisposeAsync();
        await _broker.DisposeAsync();
        await TestServers.DropDatabaseAsync(_database);
        _folder.Dispose();
    }

    private async Task<ServiceProcess> StartServiceAsync(string service, Dictionary<string, string> environment, CancellationToken ct)
    {
        environment.TryAdd("Bus__Uri", Broker.ToString());
        environment["Database__ConnectionString"] = _database;
        foreach (var (name, value) in _commonSettings) environment[name] = value;
        var process = await ServiceProcess.StartAsync(service, environment, ct);
        lock (_services) _services.Add(process);
        return process;
    }
}
