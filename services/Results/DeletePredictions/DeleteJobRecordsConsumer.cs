using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.DeletePredictions;

/// <summary>Deletes a part of a deleted job's records.</summary>
internal sealed class DeleteJobRecordsConsumer(IPredictionStore store, ResultsDatabase database) : IConsumer<DeleteJobRecords>
{
    public async Task Consume(ConsumeContext<DeleteJobRecords> context)
    {
        var (asked, ct) = (context.Message, context.CancellationToken);
        await database.Ready.WaitAsync(ct);
        await context.RespondAsync(new JobRecordsDeleted(await store.DeleteRecordsAsync(asked.JobId, asked.Count, ct)));
    }
}
