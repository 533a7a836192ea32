using BatchInfer.ServiceDefaults;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Data;

/// <summary>Makes contexts once the schema is up to date.</summary>
internal sealed class CoordinatorDatabase(Func<CoordinatorContext> contexts, SqliteSchema? script, ILogger<CoordinatorDatabase> logger)
    : SchemaMigration(contexts, LockId, script, logger)
{
    private const long LockId = 0x4249_0001;
    private const string Service = "coordinator";
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
        var script = options.Provider == DatabaseProvider.Sqlite
            ? new SqliteSchema(options.SqliteConnectionString(Service), typeof(CoordinatorDatabase).Assembly, SqliteCoordinatorContext.Script)
            : null;
        return new CoordinatorDatabase(Contexts(options), script, services.GetRequiredService<ILogger<CoordinatorDatabase>>());
    }

    private static Func<CoordinatorContext> Contexts(DatabaseOptions options)
    {
        // Several queries a second, each in a context of its own: pooled, a context is set up once and not for each.
        if (options.Provider == DatabaseProvider.Sqlite)
        {
            var sqlite = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
            SqliteCoordinatorContext.Configure(sqlite, options.SqliteConnectionString(Service));
            return new PooledDbContextFactory<SqliteCoordinatorContext>(sqlite.Options).CreateDbContext;
        }

        var postgres = new DbContextOptionsBuilder<PostgresCoordinatorContext>();
        PostgresCoordinatorContext.Configure(postgres, options.PostgresConnectionString());
        return new PooledDbContextFactory<PostgresCoordinatorContext>(postgres.Options).CreateDbContext;
    }
}
