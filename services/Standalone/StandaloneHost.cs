using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
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
        var started = new StrongBox<bool>();
        WebApplication? app = null;
        try
        {
            app = Build(settings, folder, started);
            var announced = new ModelsAnnounced();
            app.Services.GetRequiredService<IBusControl>().ConnectConsumeMessageObserver(announced);
            await app.StartAsync(ct);
            await announced.Heard.WaitAsync(ct);
            started.Value = true;
            return new StandaloneHost(app, folder);
        }
        catch (Exception e)
        {
            var reason = e is OperationCanceledException && !ct.IsCancellationRequested ? ReasonOfStop(app) : null;
            if (app is not null) await app.DisposeAsync();
            folder.Dispose();
            if (reason is Microsoft.Data.Sqlite.SqliteException) throw new DataFolderException($"The databases in {settings.DataFolder} cannot be used: {reason.Message}", reason);
            if (reason is not null) ExceptionDispatchInfo.Throw(reason);
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

    /// <summary>What a service failed of that stopped the others while they started; they say only that they were stopped.</summary>
    private static Exception? ReasonOfStop(WebApplication? app) => app?.Services.GetServices<IHostedService>().OfType<BackgroundService>()
        .Select(s => s.ExecuteTask?.Exception?.InnerException).FirstOrDefault(e => e is not null and not OperationCanceledException);

    private static WebApplication Build(StandaloneSettings settings, DataFolder folder, StrongBox<bool> started)
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
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning).AddFilter("MassTransit", LogLevel.Warning).AddFilter("Microsoft.EntityFrameworkCore", LogLevel.Warning);
        // What keeps it from starting is thrown, and its caller's to say.
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => started.Value && level >= LogLevel.Information);
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
