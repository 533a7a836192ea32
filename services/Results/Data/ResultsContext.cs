using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Results.Data;

/// <summary>The tables, for migrations. Rows go through <see cref="IPredictionStore"/>, in bulk.</summary>
internal abstract class ResultsContext(DbContextOptions options) : DbContext(options)
{
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<Predictor>(e =>
        {
            e.ToTable("predictors");
            e.Property(p => p.Id).HasColumnName("id").ValueGeneratedOnAdd();
            e.Property(p => p.Model).HasColumnName("model");
            e.Property(p => p.Revision).HasColumnName("revision");
            e.Property(p => p.Task).HasColumnName("task");
            e.Property(p => p.Parameters).HasColumnName("parameters");
            e.Property(p => p.Digest).HasColumnName("digest");
            e.HasIndex(p => p.Digest).IsUnique().HasDatabaseName("ix_predictors_digest");
        });
        modelBuilder.Entity<NumberedJob>(e =>
        {
            e.ToTable("jobs").HasKey(j => j.Number);
            e.Property(j => j.Number).HasColumnName("number").ValueGeneratedOnAdd();
            e.Property(j => j.JobId).HasColumnName("job_id");
            e.Property(j => j.LineOffset).HasColumnName("line_offset");
            e.Property(j => j.DeletedAt).HasColumnName("deleted_at");
            e.HasIndex(j => j.JobId).IsUnique().HasDatabaseName("ix_jobs_job_id");
        });
        modelBuilder.Entity<AnnouncedModel>(e =>
        {
            e.ToTable("models").HasKey(m => m.Name);
            e.Property(m => m.Name).HasColumnName("name");
            e.Property(m => m.Revision).HasColumnName("revision");
            e.Property(m => m.Descriptor).HasColumnName("descriptor");
            e.Property(m => m.AnnouncedAt).HasColumnName("announced_at");
            e.Property(m => m.Version).HasColumnName("version");
        });
        modelBuilder.Entity<AnnouncedRevision>(e =>
        {
            e.ToTable("model_revisions").HasKey(r => new { r.Name, r.Revision });
            e.Property(r => r.Name).HasColumnName("name");
            e.Property(r => r.Revision).HasColumnName("revision");
            e.Property(r => r.Descriptor).HasColumnName("descriptor");
            e.Property(r => r.AnnouncedAt).HasColumnName("announced_at");
        });
        modelBuilder.Entity<Prediction>(e =>
        {
            e.ToTable("predictions").HasKey(p => p.Key);
            e.Property(p => p.Key).HasColumnName("key").ValueGeneratedNever();
            e.Property(p => p.CreatedAt).HasColumnName("created_at");
            e.Property(p => p.Predictor).HasColumnName("predictor");
            e.Property(p => p.Job).HasColumnName("job");
            e.Property(p => p.Tokens).HasColumnName("tokens");
            e.Property(p => p.TokensCut).HasColumnName("tokens_cut");
            e.Property(p => p.Input).HasColumnName("input");
            e.Property(p => p.InputPair).HasColumnName("input_pair");
            e.Property(p => p.Output).HasColumnName("output");
            e.Property(p => p.Embedding).HasColumnName("embedding");
        });
        modelBuilder.Entity<JobItem>(e =>
        {
            e.ToTable("job_items").HasKey(i => new { i.Job, i.Ordinal });
            e.Property(i => i.Job).HasColumnName("job");
            e.Property(i => i.Ordinal).HasColumnName("ordinal");
            e.Property(i => i.CustomId).HasColumnName("custom_id");
            e.Property(i => i.Key).HasColumnName("key");
            e.Property(i => i.Shard).HasColumnName("shard");
        });
        modelBuilder.Entity<ItemError>(e =>
        {
            e.ToTable("item_errors").HasKey(x => new { x.Job, x.Ordinal });
            e.Property(x => x.Job).HasColumnName("job");
            e.Property(x => x.Ordinal).HasColumnName("ordinal");
            e.Property(x => x.CustomId).HasColumnName("custom_id");
            e.Property(x => x.Code).HasColumnName("code");
            e.Property(x => x.Message).HasColumnName("message");
            e.Property(x => x.Line).HasColumnName("line");
        });
        modelBuilder.Entity<ShardReceipt>(e =>
        {
            e.ToTable("shard_receipts").HasKey(r => new { r.Job, r.Shard });
            e.Property(r => r.Job).HasColumnName("job");
            e.Property(r => r.Shard).HasColumnName("shard");
            e.Property(r => r.Received).HasColumnName("received");
            e.Property(r => r.Computed).HasColumnName("computed");
            e.Property(r => r.Cached).HasColumnName("cached");
            e.Property(r => r.Duplicates).HasColumnName("duplicates");
            e.Property(r => r.Failed).HasColumnName("failed");
            e.Property(r => r.Tokens).HasColumnName("tokens");
            e.Property(r => r.PaddedTokens).HasColumnName("padded_tokens");
        });
    }
}
