using System.Diagnostics;
using System.Globalization;
using BatchInfer.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BatchInfer.ServiceDefaults;

/// <summary>
/// Brings a service's schema up to date when it starts, waiting for a database that is not there yet. Whatever needs the
/// tables awaits <see cref="Ready"/>; readiness says so too.
/// </summary>
/// <param name="contexts">Makes contexts of the service's own provider.</param>
/// <param name="lockId">Advisory lock, one per service.</param>
/// <param name="script">The tables of a SQLite file made ahead; null with PostgreSQL.</param>
/// <param name="logger">Logger.</param>
public abstract partial class SchemaMigration(Func<DbContext> contexts, long lockId, SqliteSchema? script, ILogger logger) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    /// <summary>So long readiness tells of a refused write: whoever was refused tries again more often than that.</summary>
    private static readonly TimeSpan RefusalStands = TimeSpan.FromSeconds(30);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string _waitingFor = "its first answer";
    private volatile Refusal? _refusal;

    /// <summary>Ends when the tables are there; fails when they cannot be made.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Looks at the database, whatever state it is in.</summary>
    /// <param name="service">Whose it is.</param>
    /// <param name="time">The clock that its own is compared with.</param>
    /// <param name="ct">Ends the look.</param>
    public Task<IReadOnlyList<CheckResource>> InspectAsync(string service, TimeProvider time, CancellationToken ct) => DatabaseCheck.RunAsync(contexts, service, time, ct);

    /// <summary>
    /// Remembers, for whoever asks whether the service is ready, that the database refused a write and will be asked again: it may be
    /// read-only or full and answer all the same. Any other fault is none of this.
    /// </summary>
    /// <param name="exception">What the write failed with.</param>
    public void NoteRefusal(Exception exception)
    {
        if (DatabaseMigrator.Refusal(exception) is { } reason) _refusal = new Refusal(reason, Stopwatch.GetTimestamp());
    }

    /// <inheritdoc/>
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!Ready.IsCompletedSuccessfully) return HealthCheckResult.Unhealthy($"Waiting for the database: {_waitingFor}");
        try
        {
            await using var database = contexts();
            await database.Database.OpenConnectionAsync(cancellationToken);
            // Not unready: it can be read from still, and look-ups go on.
            return _refusal is { } refusal && Stopwatch.GetElapsedTime(refusal.At) is var ago && ago < RefusalStands
                ? HealthCheckResult.Degraded(string.Create(
                    CultureInfo.InvariantCulture, $"Waiting for the database to take writes: it refused one {ago.TotalSeconds:0} s ago: {refusal.Reason}"))
                : HealthCheckResult.Healthy();
        }
        catch (Exception e) when (DatabaseMigrator.IsTransient(e))
        {
            return HealthCheckResult.Unhealthy($"Waiting for the database: {e.Message}");
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(200);
        while (true)
        {
            try
            {
                await MigrateAsync(stoppingToken);
                _ready.SetResult();
                return;
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                _ready.TrySetCanceled(stoppingToken);
                return;
            }
            catch (Exception e) when (DatabaseMigrator.IsTransient(e))
            {
                _waitingFor = e.Message;
                LogWaiting(e.Message);
                await Task.Delay(pause, stoppingToken);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
            catch (Exception e)
            {
                // Not passing: those who wait get the reason, and the host stops.
                _ready.TrySetException(e);
                throw;
            }
        }
    }

    private async Task MigrateAsync(CancellationToken ct)
    {
        if (script is not null && await script.EnsureAsync(ct)) return;
        await using var context = contexts();
        await DatabaseMigrator.MigrateAsync(context, lockId, ct);
    }

    private sealed record Refusal(string Reason, long At);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database is not ready ({Reason}); trying again")]
    private partial void LogWaiting(string reason);
}
