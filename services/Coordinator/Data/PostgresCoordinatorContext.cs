using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BatchInfer.Coordinator.Data;

/// <summary>The tables in PostgreSQL, in a schema of their own.</summary>
internal sealed class PostgresCoordinatorContext(DbContextOptions<PostgresCoordinatorContext> options) : CoordinatorContext(options)
{
    public const string Schema = "coordinator";

    public static void Configure(DbContextOptionsBuilder options, string connectionString) =>
        options.UseNpgsql(connectionString, npgsql => npgsql.MigrationsHistoryTable("__migrations", Schema));

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        base.OnModelCreating(modelBuilder);
    }

    internal sealed class DesignTime : IDesignTimeDbContextFactory<PostgresCoordinatorContext>
    {
        public PostgresCoordinatorContext CreateDbContext(string[] args)
        {
            var options = new DbContextOptionsBuilder<PostgresCoordinatorContext>();
            Configure(options, "Host=127.0.0.1");
            return new PostgresCoordinatorContext(options.Options);
        }
    }
}
