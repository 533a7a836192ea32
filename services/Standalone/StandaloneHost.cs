using BatchInfer.Coordinator;
using BatchInfer.Dashboard;
using BatchInfer.Results;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker;
using MassTransit;

namespace BatchInfer.Standalone;

/// <summary>
/// The services and the page in one process, on messages within it and SQLite in a data folder. The code is that of the
/// distributed services, and as durable: killed at any moment and started again, it goes on where it was.
/// </summary>
public sealed class StandaloneHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly DataFolder _folder;

    private StandaloneHost(WebApplication app, DataFolder folder) => (_app, _folder) = (app, folder);

    /// <summary>Where its HTTP API answers.</summary>
    public Uri BaseAddress => new(_app.Urls.First());

    /// <summary>Starts it; returns when it answers and knows its models.</summary>
    /// <exception cref="DataFolderException">The data folder cannot be used.</exception>
    public static async Task<StandaloneHost> StartAsync(StandaloneSettings settings, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var folder = DataFolder.Take(settings.DataFolder);
        WebApplication? app = null;
        try
        {
            app = Build(settings, folder);
            var announced = new ModelsAnnounced();
            app.Services.GetRequiredService<IBusControl>().ConnectConsumeMessageObserver(announced);
            await app.StartAsync(ct);
            await announced.Heard.WaitAsync(ct);
            return new StandaloneHost(app, folder);
        }
        catch
        {
            if (app is not null) await app.DisposeAsync();
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Ends when the process is asked to stop, or <paramref name="ct"/> ends.</summary>
    public Task WaitForShutdownAsync(CancellationToken ct) => _app.WaitForShutdownAsync(ct);

    /// <summary>Stops it. What is predicted by then is stored; what is in hand beside it is predicted at the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            await _app.StopAsync();
        }
        catch (Exception e) when (e.StackTrace?.Contains("PendingReceiveLockContext.Cancel", StringComparison.Ordinal) ?? false)
        {
            // MassTransit 8.5 cancels a consumer that ends at the same moment, and meets what that one has put away or not yet set. The bus stops all the same, and what was not acknowledged is planned again.
        }

        await _app.DisposeAsync();
        _folder.Dispose();
    }

    private static WebApplication Build(StandaloneSettings settings, DataFolder folder)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = [.. settings.Arguments],
            ContentRootPath = AppContext.BaseDirectory,
            ApplicationName = typeof(StandaloneHost).Assembly.GetName().Name,
        });
        builder.Configuration.AddInMemoryCollection(Configuration(settings, folder));
        builder.WebHost.UseUrls(settings.Urls);
        // A process that starts and stops within seconds must not wait for its own queues.
        builder.Logging.ClearProviders().AddSimpleConsole(console => console.SingleLine = true);
        builder.Services.Configure<Microsoft.Extensions.Logging.Console.ConsoleLoggerOptions>(o => o.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        if (settings.Quiet) builder.Logging.AddFilter(null, LogLevel.Critical);

        builder.AddServiceDefaults("batchinfer-standalone");
        builder.AddCoordinator();
        builder.AddResults();
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.AddCoordinatorConsumers();
            bus.AddResultsConsumers();
            bus.AddWorkerConsumers();
        });
        builder.AddWorker();
        builder.Services.AddHostedService<StoredAtStop>();
        builder.Services.PostConfigure<HostOptions>(o => o.ShutdownTimeout += StoredAtStop.Patience);
        if (settings.Page) builder.AddDashboard();

        var app = builder.Build();
        app.MapServiceDefaults();
        app.MapCoordinator();
        app.MapResults();
        if (settings.Page) app.MapDashboard();
        return app;
    }

    private static Dictionary<string, string?> Configuration(StandaloneSettings settings, DataFolder folder)
    {
        var values = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase)
        {
            ["Bus:Transport"] = nameof(BusTransport.InMemory),
            ["Bus:DrainSeconds"] = "0",
            ["Database:Provider"] = nameof(DatabaseProvider.Sqlite),
            ["Database:Folder"] = folder.Path,
            ["Files:Folder"] = folder.Files,
            ["Files:SharedWithWorkers"] = "true",
            ["Results:BaseAddress"] = null,
            ["Dashboard:Server"] = null,
            ["Corpora:Roots:0"] = folder.Files,
            ["Models:Folder"] = settings.ModelsFolder,
        };
        foreach (var (name, directory) in settings.Models) values[$"Models:Named:{name}"] = directory;
        if (settings.ParallelRuns > 0) values["Inference:ParallelRuns"] = settings.ParallelRuns.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return values;
    }
}
