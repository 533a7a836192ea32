using MassTransit;

namespace BatchInfer.ServiceDefaults;

/// <summary>What holds for every queue of the product: durable queues are quorum queues, and faults are not kept in a second queue.</summary>
public static class EndpointPolicy
{
    private const string DurablePrefix = "batchinfer-";

    /// <summary>Sets the policy on an endpoint. Queues named <c>batchinfer-…</c> are durable; others are a process's own.</summary>
    public static void Apply(string queue, IReceiveEndpointConfigurator endpoint)
    {
        ArgumentNullException.ThrowIfNull(queue);
        ArgumentNullException.ThrowIfNull(endpoint);
        // The database is the truth: what a queue loses is dispatched again, so error queues would only fill up unread.
        endpoint.DiscardFaultedMessages();
        endpoint.DiscardSkippedMessages();
        if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit && queue.StartsWith(DurablePrefix, StringComparison.Ordinal))
            rabbit.SetQuorumQueue();
    }

    /// <summary>The address to send to a queue that its consumer declares.</summary>
    /// <remarks>
    /// On RabbitMQ the exchange of the same name: an address that names the queue would declare it, and with other arguments
    /// than its consumer's, which the broker refuses.
    /// </remarks>
    public static Uri Address(BusTransport transport, string queue) =>
        new(transport == BusTransport.RabbitMq ? $"exchange:{queue}" : $"queue:{queue}");
}
