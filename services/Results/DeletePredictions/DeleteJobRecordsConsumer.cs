using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.DeletePredictions;

/// <summary>Deletes a part of a deleted job's records.</summary>
internal sealed partial class DeleteJobRecordsConsumer(IPredictionStore store, ResultsDatabase database, ILogger<DeleteJobRecordsConsumer> logger)
    : IConsumer<DeleteJobRecords>
{
    public async Task Consume(ConsumeContext<DeleteJobRecords> context)
    {
        var (asked, ct) = (context.Message, context.CancellationToken);
        await database.Ready.WaitAsync(ct);
        int deleted = await store.DeleteRecordsAsync(asked.JobId, asked.Count, ct);
        // A deleted job is asked about for a while: what comes late goes too.
        if (deleted > 0) LogDeleted(asked.JobId, deleted);
        await context.RespondAsync(new JobRecordsDeleted(deleted));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Deleted {Records} records of {JobId}, which was deleted")]
    private partial void LogDeleted(Guid jobId, int records);
}
