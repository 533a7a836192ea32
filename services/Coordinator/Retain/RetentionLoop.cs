using BatchInfer.Coordinator.DispatchShards;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Retain;

/// <summary>Clears away deleted jobs, and deletes what the settings say is old.</summary>
internal sealed class RetentionLoop(
    Leadership leadership, DeletedJobs deleted, Retention retention, RetentionSignal signal, IOptions<RetentionOptions> options, TimeProvider time) : BackgroundService
{
    // A deleted job is looked at again until nothing of it can come any more.
    private static readonly TimeSpan Tick = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) => leadership.WhileLeadingAsync(RetainAsync, stoppingToken);

    private async Task RetainAsync(CancellationToken ct)
    {
        var next = time.GetUtcNow();
        while (true)
        {
            while (!await deleted.PurgeAsync(time.GetUtcNow().AddSeconds(5), ct)) ct.ThrowIfCancellationRequested();
            var now = time.GetUtcNow();
            if (now >= next)
            {
                await DeleteOldAsync(options.Value, now, ct);
                // From when it began: it has not seen what grew old meanwhile.
                next = now.AddMinutes(options.Value.EveryMinutes);
            }

            await signal.WaitAsync(Tick, ct);
        }
    }

    private async Task DeleteOldAsync(RetentionOptions settings, DateTimeOffset now, CancellationToken ct)
    {
        if (settings is { JobDays: 0, PredictionDays: 0 }) return;
        var scope = new RetentionScope
        {
            Jobs = settings.JobDays > 0, JobsBefore = now.AddDays(-settings.JobDays),
            Predictions = settings.PredictionDays > 0, PredictionsBefore = now.AddDays(-settings.PredictionDays),
        };
        string? cursor = null;
        do
            cursor = (await retention.StepAsync(scope, cursor is null ? null : Guid.ParseExact(cursor, "N"), ct)).Cursor;
        while (cursor is not null);
    }
}
