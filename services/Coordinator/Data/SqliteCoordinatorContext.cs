using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BatchInfer.Coordinator.Data;

/// <summary>The tables in a SQLite file.</summary>
internal sealed class SqliteCoordinatorContext(DbContextOptions<SqliteCoordinatorContext> options) : CoordinatorContext(options)
{
    /// <summary>Resource that has all migrations as one script, <c>Data/Migrations/Sqlite/schema.sql</c>; a test says when to make it anew.</summary>
    public const string Script = "SqliteCoordinator.sql";

    public static void Configure(DbContextOptionsBuilder options, string connectionString) =>
        options.UseSqlite(connectionString, sqlite => sqlite.MigrationsHistoryTable("__migrations"));

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        // SQLite has no time type: as microseconds since 1970 they compare and sort.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMicroseconds>();

    internal sealed class UnixMicroseconds() : ValueConverter<DateTimeOffset, long>(
        time => (time.UtcTicks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond,
        value => new DateTimeOffset(DateTime.UnixEpoch.Ticks + value * TimeSpan.TicksPerMicrosecond, TimeSpan.Zero));

    internal sealed class DesignTime : IDesignTimeDbContextFactory<SqliteCoordinatorContext>
    {
        public SqliteCoordinatorContext CreateDbContext(string[] args)
        {
            var options = new DbContextOptionsBuilder<SqliteCoordinatorContext>();
            Configure(options, "Data Source=:memory:");
            return new SqliteCoordinatorContext(options.Options);
        }
    }
}
