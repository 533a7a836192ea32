using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Corpus;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace BatchInfer.IntegrationTests.Hosting;

/// <summary>The coordinator's tables in an empty database of the test's own, without the coordinator.</summary>
internal sealed class CoordinatorTables : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string? _postgres;

    private CoordinatorTables(string? postgres)
    {
        _postgres = postgres;
        Func<CoordinatorContext> contexts;
        if (postgres is null)
        {
            var options = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
            SqliteCoordinatorContext.Configure(options, Sqlite);
            contexts = () => new SqliteCoordinatorContext(options.Options);
        }
        else
        {
            var options = new DbContextOptionsBuilder<PostgresCoordinatorContext>();
            PostgresCoordinatorContext.Configure(options, postgres);
            contexts = () => new PostgresCoordinatorContext(options.Options);
        }

        Database = new CoordinatorDatabase(contexts, null, NullLogger<CoordinatorDatabase>.Instance);
    }

    public CoordinatorDatabase Database { get; }

    private string Sqlite => $"Data Source={_folder["coordinator.db"]};Default Timeout=30";

    /// <summary>Makes them.</summary>
    /// <param name="provider">Sqlite or Postgres; the latter skips where there is no server.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<CoordinatorTables> CreateAsync(string provider, CancellationToken ct)
    {
        var tables = new CoordinatorTables(provider == "Postgres" ? await TestServers.CreateDatabaseAsync(ct) : null);
        await tables.Database.StartAsync(ct);
        return tables;
    }

    /// <summary>A job that runs, with shards of a hundred records that wait.</summary>
    public async Task<Guid> AddJobAsync(int shards, CancellationToken ct)
    {
        var job = new Job
        {
            Id = Guid.CreateVersion7(), Status = JobStatus.Planning, Model = "m", Revision = "r", Task = "t", Parameters = "{}", FileId = "f", TextField = "text", Metadata = "{}",
        };
        await using var context = await Database.OpenAsync(ct);
        context.Jobs.Add(job);
        await context.SaveChangesAsync(ct);
        await ShardWriter.AppendAsync(context, job.Id, 0, [.. Enumerable.Range(0, shards).Select(i => new PlannedShard(new ShardRange(i * 10, 10, i * 100, 1 + i * 100, 100, 101 + i * 100)))], ct);
        await context.Jobs.Where(j => j.Id == job.Id).ExecuteUpdateAsync(
            set => set.SetProperty(j => j.Status, JobStatus.Running).SetProperty(j => j.PlannedAt, DateTimeOffset.UtcNow), ct);
        return job.Id;
    }

    public async ValueTask DisposeAsync()
    {
        await Database.StopAsync(CancellationToken.None);
        if (_postgres is null)
        {
            using var connection = new SqliteConnection(Sqlite);
            SqliteConnection.ClearPool(connection);
        }
        else
        {
            using (var connection = new NpgsqlConnection(_postgres)) NpgsqlConnection.ClearPool(connection);
            await TestServers.DropDatabaseAsync(_postgres);
        }

        _folder.Dispose();
    }
}
