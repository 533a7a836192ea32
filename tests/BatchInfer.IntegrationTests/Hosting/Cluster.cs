using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>The distributed product: coordinator, results service and workers, each a process, on RabbitMQ and PostgreSQL.</summary>
internal sealed class Cluster : IAsyncDisposable
{
    private readonly string _database;
    private readonly VirtualHost _broker;
    private readonly TemporaryFolder _folder = new();
    private readonly string _models;
    private readonly List<ServiceProcess> _services = [];
    private Dictionary<string, string> _coordinatorSettings = [];
    private ServiceProcess? _coordinator;

    private Cluster(string database, VirtualHost broker, string models) => (_database, _broker, _models) = (database, broker, models);

    public List<ServiceProcess> Workers { get; } = [];

    public BatchInferClient Client { get; private set; } = null!;

    public Uri BaseAddress { get; private set; } = null!;

    public string ConnectionString => _database;

    /// <summary>Starts everything; workers read corpora from the shared folder.</summary>
    public static async Task<Cluster> StartAsync(string models, int workers, CancellationToken ct, IReadOnlyDictionary<string, string>? coordinatorSettings = null)
    {
        var database = await TestServers.CreateDatabaseAsync(ct);
        var cluster = new Cluster(database, await TestServers.CreateVirtualHostAsync(ct), models);
        try
        {
            var results = await cluster.StartServiceAsync("BatchInfer.Results", new() { ["Database__Provider"] = "Postgres" }, ct);
            var settings = new Dictionary<string, string>
            {
                ["Database__Provider"] = "Postgres",
                ["Results__BaseAddress"] = results.BaseAddress.ToString(),
                ["Files__Folder"] = cluster._folder["files"],
                ["Files__SharedWithWorkers"] = "true",
            };
            foreach (var (name, value) in coordinatorSettings ?? new Dictionary<string, string>()) settings[name] = value;
            cluster._coordinatorSettings = settings;
            await cluster.StartCoordinatorAsync(ct);
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
        await _coordinator!.KillAsync();
        await StartCoordinatorAsync(ct);
    }

    /// <summary>One more worker.</summary>
    public async Task<ServiceProcess> AddWorkerAsync(CancellationToken ct, IReadOnlyDictionary<string, string>? settings = null)
    {
        var all = new Dictionary<string, string> { ["Models__Folder"] = _models, ["Corpora__Roots__0"] = _folder["files"], ["Worker__HeartbeatSeconds"] = "1" };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) all[name] = value;
        var worker = await StartServiceAsync("BatchInfer.Worker", all, ct);
        Workers.Add(worker);
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services) await service.DisposeAsync();
        if (TestContext.Current.TestState?.Result == TestResult.Failed) Report();
        await _broker.DisposeAsync();
        await TestServers.DropDatabaseAsync(_database);
        _folder.Dispose();
    }

    private async Task<ServiceProcess> StartServiceAsync(string service, Dictionary<string, string> environment, CancellationToken ct)
    {
        environment["Bus__Uri"] = _broker.Uri.ToString();
        environment["Database__ConnectionString"] = _database;
        var process = await ServiceProcess.StartAsync(service, environment, ct);
        _services.Add(process);
        return process;
    }

    private async Task StartCoordinatorAsync(CancellationToken ct)
    {
        _coordinator = await StartServiceAsync("BatchInfer.Coordinator", _coordinatorSettings, ct);
        BaseAddress = _coordinator.BaseAddress;
        Client = new BatchInferClient(BaseAddress);
    }

    private void Report()
    {
        foreach (var service in _services) TestContext.Current.TestOutputHelper?.WriteLine($"=== process {service.Id}\n{service.Log}");
    }
}
