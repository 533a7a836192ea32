using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace BatchInfer.Results.Data.Sqlite;

/// <summary>The tables on SQLite: ids are BLOBs of 16 bytes, embeddings BLOBs of little-endian float32, times milliseconds since 1970.</summary>
internal sealed class SqliteResultsContext(DbContextOptions<SqliteResultsContext> options) : ResultsContext(options)
{
    /// <summary>Resource that has all migrations as one script, <c>Data/Sqlite/Migrations/schema.sql</c>; a test says when to make it anew.</summary>
    public const string Script = "SqliteResults.sql";

    public static SqliteResultsContext Open(string connectionString) =>
        new(new DbContextOptionsBuilder<SqliteResultsContext>().UseSqlite(connectionString).Options);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        modelBuilder.Entity<Prediction>().Property(p => p.Embedding).HasConversion(v => ToBytes(v!), v => ToFloats(v));
        modelBuilder.Entity<JobItem>().HasIndex(i => new { i.Job, i.CustomId }).HasDatabaseName("ix_job_items_custom_id");
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        configurationBuilder.Properties<Guid>().HaveConversion<BigEndianConverter>();
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<MillisecondsConverter>();
    }

    private static byte[] ToBytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();

    private static float[] ToFloats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    /// <summary>For <c>dotnet ef migrations add NAME --context SqliteResultsContext --output-dir Data/Sqlite/Migrations</c>.</summary>
    internal sealed class DesignTimeFactory : IDesignTimeDbContextFactory<SqliteResultsContext>
    {
        public SqliteResultsContext CreateDbContext(string[] args) => Open("Data Source=:memory:");
    }

    private sealed class BigEndianConverter() : ValueConverter<Guid, byte[]>(v => v.ToByteArray(true), v => new Guid(v, true));

    private sealed class MillisecondsConverter() : ValueConverter<DateTimeOffset, long>(
        v => v.ToUnixTimeMilliseconds(), v => DateTimeOffset.FromUnixTimeMilliseconds(v));
}
