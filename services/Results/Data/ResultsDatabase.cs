using BatchInfer.Results.Data.Postgres;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.Data;

/// <summary>Brings the schema up to date when the service starts, however long the database takes to appear.</summary>
internal sealed partial class ResultsDatabase(IOptions<DatabaseOptions> options, TimeProvider time, ILogger<ResultsDatabase> logger)
    : BackgroundService, IHealthCheck
{
    /// <summary>Advisory lock of this service's migrations; any number that no other service takes.</summary>
    private const long MigrationLock = 0x62617463_72657302;
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(10);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done when the tables are there. Whoever reads or writes them awaits it.</summary>
    public Task Ready => _ready.Task;

    public static ResultsContext Open(DatabaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Provider == DatabaseProvider.Postgres) return PostgresResultsContext.Open(options.PostgresConnectionString());
        string connectionString = options.SqliteConnectionString("results");
        Directory.CreateDirectory(options.Folder!);
        return SqliteResultsContext.Open(connectionString);
    }

    /// <summary>Applies the migrations once.</summary>
    public static async Task MigrateAsync(DatabaseOptions options, CancellationToken ct)
    {
        await using var context = Open(options);
        await DatabaseMigrator.MigrateAsync(context, MigrationLock, ct);
    }

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (!Ready.IsCompletedSuccessfully) return HealthCheckResult.Unhealthy("The tables of the results are not there yet.");
        await using var database = Open(options.Value);
        return await database.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The database of the results does not answer.");
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            for (int attempt = 1; ; attempt++)
            {
                try
                {
                    await MigrateAsync(options.Value, stoppingToken);
                    _ready.TrySetResult();
                    return;
                }
                catch (Exception e) when (Faults.IsTransient(e))
                {
                    LogWaiting(e, attempt);
                    var wait = TimeSpan.FromMilliseconds(Math.Min(LongestWait.TotalMilliseconds, 250 * Math.Pow(2, Math.Min(attempt, 10))));
                    await Task.Delay(wait, time, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException e)
        {
            _ready.TrySetCanceled(e.CancellationToken);
        }
        catch (Exception e)
        {
            // The host stops with this exception; nobody may go on waiting.
            _ready.TrySetException(e);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The database of the results is not there yet (attempt {Attempt}); trying again")]
    private partial void LogWaiting(Exception exception, int attempt);
}
