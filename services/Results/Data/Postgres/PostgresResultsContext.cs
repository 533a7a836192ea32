using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>The tables on PostgreSQL, in a schema of the service's own.</summary>
internal sealed class PostgresResultsContext(DbContextOptions<PostgresResultsContext> options) : ResultsContext(options)
{
    public const string Schema = "results";

    public static PostgresResultsContext Open(string connectionString) =>
        new(new DbContextOptionsBuilder<PostgresResultsContext>()
            .UseNpgsql(connectionString, npgsql => npgsql.MigrationsHistoryTable("__EFMigrationsHistory", Schema)).Options);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.HasDefaultSchema(Schema);
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Prediction>().Property(p => p.Output).HasColumnType("json");
        modelBuilder.Entity<Prediction>().Property(p => p.Embedding).HasColumnType("real[]");
        modelBuilder.Entity<JobItem>().Property(i => i.CustomId).UseCollation("C");
        modelBuilder.Entity<AnnouncedModel>().Property(m => m.Descriptor).HasColumnType("jsonb");
        modelBuilder.Entity<AnnouncedRevision>().Property(r => r.Descriptor).HasColumnType("jsonb");
    }

    /// <summary>For <c>dotnet ef migrations add NAME --context PostgresResultsContext --output-dir Data/Postgres/Migrations</c>.</summary>
    internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<PostgresResultsContext>
    {
        public PostgresResultsContext CreateDbContext(string[] args) => Open("Host=127.0.0.1;Database=batchinfer");
    }
}
