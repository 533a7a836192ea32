using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Ends a process that was told to stop and does not come to an end: a library may wait without end for a connection that is gone. What
/// it had in hand is delivered again, as after a crash.
/// </summary>
public sealed partial class StopGuard : IHostedService, IDisposable
{
    /// <summary>Beyond the time that the host gives all who stop.</summary>
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenRegistration _stopping;
    private readonly TimeProvider _time;
    private readonly TimeSpan _patience;
    private readonly Action _exit;
    private readonly ILogger<StopGuard> _logger;
    private ITimer? _timer;

    /// <summary>Ends this process.</summary>
    /// <param name="lifetime">Says that the process stops.</param>
    /// <param name="options">How long that may take.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Is told.</param>
    public StopGuard(IHostApplicationLifetime lifetime, IOptions<HostOptions> options, TimeProvider time, ILogger<StopGuard> logger)
        : this(lifetime, options, time, logger, () => Environment.Exit(1))
    {
    }

    /// <summary>Does something else at the end.</summary>
    /// <param name="lifetime">Says that the process stops.</param>
    /// <param name="options">How long that may take.</param>
    /// <param name="time">Clock.</param>
    /// <param name="logger">Is told.</param>
    /// <param name="exit">What is done.</param>
    public StopGuard(IHostApplicationLifetime lifetime, IOptions<HostOptions> options, TimeProvider time, ILogger<StopGuard> logger, Action exit)
    {
        ArgumentNullException.ThrowIfNull(lifetime);
        ArgumentNullException.ThrowIfNull(options);
        (_time, _patience, _logger, _exit) = (time, options.Value.ShutdownTimeout + Grace, logger, exit);
        _stopping = lifetime.ApplicationStopping.Register(() => _timer = _time.CreateTimer(_ => End(), null, _patience, Timeout.InfiniteTimeSpan));
    }

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The host is at its end: nobody needs to be hurried any more.</summary>
    public void Dispose()
    {
        _stopping.Dispose();
        _timer?.Dispose();
    }

    private void End()
    {
        LogEnded(_patience.TotalSeconds);
        _exit();
    }

    [LoggerMessage(Level = LogLevel.Critical, Message = "This process was told to stop {Seconds} seconds ago and still runs: it ends now, and what it had in hand is delivered again")]
    private partial void LogEnded(double seconds);
}
