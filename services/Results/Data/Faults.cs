using BatchInfer.ServiceDefaults;
using MassTransit;

namespace BatchInfer.Results.Data;

/// <summary>What is done about databases that are away for a while.</summary>
internal static class Faults
{
    /// <summary>Holds a message back while the database is away.</summary>
    /// <remarks>
    /// Messages whose retries end are discarded, so these go on for hours. The broker takes an unacknowledged message back
    /// after half an hour and delivers it again, and should one be lost all the same, its shard's lease runs out and the
    /// coordinator dispatches it again.
    /// </remarks>
    public static void RetryTransient(this IReceiveEndpointConfigurator endpoint) =>
        endpoint.UseMessageRetry(retry =>
        {
            retry.Handle<Exception>(DatabaseMigrator.IsTransient);
            retry.Exponential(500, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(500));
        });
}
