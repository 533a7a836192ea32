using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Data;

/// <summary>Makes contexts once the schema is up to date.</summary>
internal sealed class CoordinatorDatabase(Func<CoordinatorContext> contexts, ILogger<CoordinatorDatabase> logger)
    : SchemaMigration(contexts, LockId, logger)
{
    private const long LockId = 0x4249_0001;
    private readonly Func<CoordinatorContext> _contexts = contexts;

    /// <summary>A context of the caller's own, when the tables are there.</summary>
    public async Task<CoordinatorContext> OpenAsync(CancellationToken ct)
    {
        if (!Ready.IsCompletedSuccessfully) await Ready.WaitAsync(ct);
        return _contexts();
    }

    public static CoordinatorDatabase Create(IServiceProvider services)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        return new CoordinatorDatabase(Contexts(options), services.GetRequiredService<ILogger<CoordinatorDatabase>>());
    }

    private static Func<CoordinatorContext> Contexts(DatabaseOptions options)
    {
        // The options object caches the model and the service provider: made once, contexts are cheap.
        if (options.Provider == DatabaseProvider.Sqlite)
        {
            var sqlite = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
            SqliteCoordinatorContext.Configure(sqlite, options.SqliteConnectionString("coordinator"));
            return () => new SqliteCoordinatorContext(sqlite.Options);
        }

        var postgres = new DbContextOptionsBuilder<PostgresCoordinatorContext>();
        PostgresCoordinatorContext.Configure(postgres, options.PostgresConnectionString());
        return () => new PostgresCoordinatorContext(postgres.Options);
    }
}
