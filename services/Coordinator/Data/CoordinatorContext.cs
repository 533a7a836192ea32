using System.Text.Json;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.Data;

/// <summary>The coordinator's tables. One subclass per database engine, each with its own migrations.</summary>
internal abstract class CoordinatorContext(DbContextOptions options) : DbContext(options)
{
    public DbSet<CorpusFile> Files => Set<CorpusFile>();
    public DbSet<KnownModel> Models => Set<KnownModel>();
    public DbSet<KnownRevision> Revisions => Set<KnownRevision>();
    public DbSet<KnownWorker> Workers => Set<KnownWorker>();
    public DbSet<Job> Jobs => Set<Job>();
    public DbSet<Shard> Shards => Set<Shard>();
    public DbSet<Tick> Ticks => Set<Tick>();
    public DbSet<RunningTrim> Trims => Set<RunningTrim>();

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<CorpusFile>(e =>
        {
            e.ToTable("files");
            e.Property(f => f.Format).HasConversion<string>();
        });
        modelBuilder.Entity<KnownModel>(e =>
        {
            e.ToTable("models");
            e.HasKey(m => m.Name);
            // Two coordinators that promote at the same time: the second one fails, and is asked again.
            e.Property(m => m.Version).IsConcurrencyToken();
        });
        modelBuilder.Entity<KnownRevision>(e =>
        {
            e.ToTable("model_revisions");
            e.HasKey(r => new { r.Name, r.Revision });
        });
        modelBuilder.Entity<KnownWorker>(e =>
        {
            e.ToTable("workers");
            e.HasKey(w => new { w.Worker, w.Revision });
        });
        modelBuilder.Entity<Job>(e =>
        {
            e.ToTable("jobs");
            e.Ignore(j => j.Schema);
            e.Ignore(j => j.PromptSpec);
            e.Property(j => j.Status).HasConversion<string>();
            e.Property(j => j.Format).HasConversion<string>();
            e.HasIndex(j => j.IdempotencyKey).IsUnique();
            e.HasIndex(j => j.Status);
            e.HasIndex(j => j.FileId);
            e.HasIndex(j => j.DeletedAt).HasFilter("deleted_at IS NOT NULL");
            e.HasQueryFilter(j => j.DeletedAt == null);
        });
        modelBuilder.Entity<Shard>(e =>
        {
            e.ToTable("shards");
            e.HasKey(s => new { s.JobId, s.Number });
            e.Property(s => s.Status).HasConversion<string>();
            e.HasIndex(s => new { s.JobId, s.Status, s.Number });
            e.HasIndex(s => new { s.Status, s.LeaseTick });
            // The few that failed, which the rescue looks at every second, among all that wait.
            e.HasIndex(s => s.Strikes).HasFilter("strikes > 0");
        });
        modelBuilder.Entity<Tick>(e =>
        {
            e.ToTable("lease_clock");
            e.Property(t => t.Id).ValueGeneratedNever();
            e.HasData(new Tick());
        });
        modelBuilder.Entity<RunningTrim>(e => e.ToTable("trims"));
        foreach (var property in modelBuilder.Model.GetEntityTypes().SelectMany(e => e.GetProperties()))
            property.SetColumnName(JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));
    }
}
