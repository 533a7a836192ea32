using System.Data.Common;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Options;
using Npgsql;

namespace BatchInfer.Coordinator.DispatchShards;

/// <summary>
/// Of several coordinators one plans, dispatches and rescues: whoever holds a PostgreSQL session lock. It goes with the
/// connection, so that a dead leader is followed at once. A SQLite folder has one owner, who always leads.
/// </summary>
internal sealed partial class Leadership(
    CoordinatorDatabase database, IOptions<DatabaseOptions> options, TimeProvider time, ILogger<Leadership> logger) : BackgroundService
{
    private const long LockId = 0x4249_1001;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(2);
    private TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile CancellationTokenSource _term = new();

    /// <summary>Runs <paramref name="work"/> while this process leads, again whenever it leads anew.</summary>
    public async Task WhileLeadingAsync(Func<CancellationToken, Task> work, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            await Volatile.Read(ref _held).Task.WaitAsync(ct);
            using var term = CancellationTokenSource.CreateLinkedTokenSource(ct, _term.Token);
            try
            {
                await work(term.Token);
            }
            catch (OperationCanceledException) when (term.IsCancellationRequested)
            {
                // The term or the process ends.
            }
            catch (Exception e) when (DatabaseMigrator.IsTransient(e))
            {
                database.NoteRefusal(e);
                LogInterrupted(ReasonOf(e));
                await Task.Delay(TimeSpan.FromSeconds(1), time, ct);
            }
            catch (Exception e)
            {
                // A loop that ended would stop every job without a word; a bug in it is retried, and shows in the log.
                LogFailed(e);
                await Task.Delay(TimeSpan.FromSeconds(5), time, ct);
            }
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await database.Ready.WaitAsync(stoppingToken);
        if (options.Value.Provider == DatabaseProvider.Sqlite)
        {
            _held.TrySetResult();
            return;
        }

        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await LeadOnceAsync(stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or IOException or System.Net.Sockets.SocketException)
            {
                LogInterrupted(e.Message);
            }

            await Task.Delay(Tick, time, stoppingToken);
        }
    }

    /// <summary>What the database said; Entity Framework wraps it in a sentence that says nothing.</summary>
    private static string ReasonOf(Exception e) => e is not DbException && e.InnerException is { } inner ? ReasonOf(inner) : e.Message;

    private async Task LeadOnceAsync(CancellationToken ct)
    {
        await using var connection = new NpgsqlConnection(options.Value.PostgresConnectionString());
        await connection.OpenAsync(ct);
        await using var take = new NpgsqlCommand("SELECT pg_try_advisory_lock($1)", connection) { Parameters = { new() { Value = LockId } } };
        if (await take.ExecuteScalarAsync(ct) is not true) return;
        LogLeading();
        Volatile.Read(ref _held).TrySetResult();
        try
        {
            await using var alive = new NpgsqlCommand("SELECT 1", connection);
            while (true)
            {
                await Task.Delay(Tick, time, ct);
                await alive.ExecuteNonQueryAsync(ct);
            }
        }
        finally
        {
            Volatile.Write(ref _held, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var ended = _term;
            _term = new CancellationTokenSource();
            await ended.CancelAsync();
            ended.Dispose();
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "This coordinator plans and dispatches now")]
    private partial void LogLeading();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Interrupted by the database ({Reason}); trying again")]
    private partial void LogInterrupted(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A coordinator loop failed; it starts again")]
    private partial void LogFailed(Exception exception);
}
