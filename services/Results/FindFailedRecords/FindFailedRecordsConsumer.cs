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
        var ordinals = new List<long>();
        for (var (after, more) = (asked.After, true); more;)
        {
            var errors = await store.ReadErrorsAsync(asked.JobId, after, asked.Count - ordinals.Count, ct);
            ordinals.AddRange(errors.Select(e => e.Ordinal));
            // Their messages may be long; the ordinals are wanted all the same.
            more = errors.IsCut;
            if (more) after = ordinals[^1];
        }

        await context.RespondAsync(new FailedRecords(ordinals));
    }
}
