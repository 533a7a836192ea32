using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.FindFailedRecords;

/// <summary>Tells the coordinator which records a retry is about.</summary>
internal sealed class FindFailedRecordsConsumer(IPredictionStore store, ResultsDatabase database) : IConsumer<Contracts.FindFailedRecords>
{
    public async Task Consume(ConsumeContext<Contracts.FindFailedRecords> context)
    {
        var (asked, ct) = (context.Message, context.CancellationToken);
        await database.Ready.WaitAsync(ct);
        var errors = await store.ReadErrorsAsync(asked.JobId, asked.After, asked.Count, ct);
        await context.RespondAsync(new FailedRecords([.. errors.Select(e => e.Ordinal)]));
    }
}
