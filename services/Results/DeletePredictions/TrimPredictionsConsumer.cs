using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using MassTransit;

namespace BatchInfer.Results.DeletePredictions;

/// <summary>Deletes predictions that no record names, a step at a time.</summary>
internal sealed partial class TrimPredictionsConsumer(IPredictionStore store, ResultsDatabase database, ILogger<TrimPredictionsConsumer> logger)
    : IConsumer<TrimPredictions>
{
    public async Task Consume(ConsumeContext<TrimPredictions> context)
    {
        var (asked, ct) = (context.Message, context.CancellationToken);
        await database.Ready.WaitAsync(ct);
        int[] predictors = [.. (await store.ListPredictorsAsync(ct))
            .Where(p => (asked.Revisions is null || asked.Revisions.Contains(p.Revision)) && !asked.Except.Contains(p.Revision)).Select(p => p.Id)];
        var step = await store.TrimAsync(new Trim(predictors, asked.Before, asked.After ?? Guid.Empty, asked.Count, asked.DryRun), ct);
        if (step.Deleted > 0 && !asked.DryRun) LogDeleted(step.Deleted, step.Examined);
        await context.RespondAsync(new PredictionsTrimmed(step.Examined, step.Deleted, step.Next));
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Retention deleted {Predictions} predictions that no job names, of {Examined} that it looked at")]
    private partial void LogDeleted(long predictions, long examined);
}
