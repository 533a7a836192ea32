using BatchInfer.Results.Data.Postgres;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.Data;

/// <summary>The schema of the results, brought up to date when the service starts.</summary>
internal sealed class ResultsDatabase(IOptions<DatabaseOptions> options, ILogger<ResultsDatabase> logger)
    : SchemaMigration(() => Open(options.Value), MigrationLock, Script(options.Value), logger)
{
    /// <summary>Advisory lock of this service's migrations; any number that no other service takes.</summary>
    private const long MigrationLock = 0x62617463_72657302;

    public static ResultsContext Open(DatabaseOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Provider == DatabaseProvider.Postgres) return PostgresResultsContext.Open(options.PostgresConnectionString());
        Directory.CreateDirectory(options.Folder!);
        return SqliteResultsContext.Open(options.SqliteConnectionString("results"));
    }

    private static SqliteSchema? Script(DatabaseOptions options)
    {
        if (options.Provider != DatabaseProvider.Sqlite) return null;
        Directory.CreateDirectory(options.Folder!);
        return new SqliteSchema(options.SqliteConnectionString("results"), typeof(ResultsDatabase).Assembly, SqliteResultsContext.Script);
    }

    /// <summary>Applies the migrations once.</summary>
    public static async Task MigrateAsync(DatabaseOptions options, CancellationToken ct)
    {
        await using var context = Open(options);
        await DatabaseMigrator.MigrateAsync(context, MigrationLock, ct);
    }
}
