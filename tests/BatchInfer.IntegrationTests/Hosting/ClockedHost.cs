using BatchInfer.Coordinator;
using BatchInfer.Results;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>All services in this process with the sample model, on a clock that the test sets forward or back.</summary>
internal sealed class ClockedHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly JumpingTime _clock = new();

    private ClockedHost(TemporaryFolder folder, Dictionary<string, string> settings)
    {
        Directory.CreateDirectory(folder["data"]);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(new TestLog(_clock));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["Bus:Transport"] = "InMemory", ["Bus:DrainSeconds"] = "0", ["Database:Provider"] = "Sqlite", ["Database:Folder"] = folder["data"],
            ["Files:Folder"] = folder["files"], ["Files:SharedWithWorkers"] = "true", ["Corpora:Roots:0"] = folder["files"],
            ["Models:Folder"] = Repository.SampleModels, ["Worker:HeartbeatSeconds"] = "1",
        }.Concat(settings))
            builder.Configuration[name] = value;
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.AddServiceDefaults("clock-tests");
        builder.AddCoordinator();
        builder.AddResults();
        builder.Services.AddBus(builder.Configuration, bus =>
        {
            bus.AddCoordinatorConsumers();
            bus.AddResultsConsumers();
            bus.AddWorkerConsumers();
        });
        builder.AddWorker();
        _app = builder.Build();
        _app.MapServiceDefaults();
        _app.MapCoordinator();
        _app.MapResults();
    }

    public IServiceProvider Services => _app.Services;

    public Uri BaseAddress => new(_app.Urls.First());

    /// <summary>Starts it.</summary>
    /// <param name="folder">Keeps its databases and files.</param>
    /// <param name="settings">Settings beside or instead of its own, which are those of one process on SQLite.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<ClockedHost> StartAsync(TemporaryFolder folder, Dictionary<string, string> settings, CancellationToken ct)
    {
        var host = new ClockedHost(folder, settings);
        await host._app.StartAsync(ct);
        return host;
    }

    /// <summary>Sets the clock.</summary>
    public void Jump(TimeSpan by) => _clock.Jump(by);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    /// <summary>The machine's time, set forward or back by someone. Its monotonic clock and its timers go on as they do.</summary>
    private sealed class JumpingTime : TimeProvider
    {
        private long _offset;

        public void Jump(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));
    }
}
