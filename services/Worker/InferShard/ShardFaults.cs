using System.Net.Sockets;
using BatchInfer.Worker.LoadModel;
using MassTransit;

namespace BatchInfer.Worker;

/// <summary>Tells the faults that pass from those that lie in a shard's records.</summary>
internal static class ShardFaults
{
    /// <summary>
    /// True for whatever comes of the broker, the results service, the corpus's store or a stop. All else comes of the records,
    /// or of how the model takes them.
    /// </summary>
    public static bool IsPassing(Exception exception) => exception switch
    {
        MassTransitException or RabbitMQ.Client.Exceptions.RabbitMQClientException or ModelNotLoadedException => true,
        HttpRequestException or IOException or SocketException or TimeoutException => true,
        OperationCanceledException or ObjectDisposedException => true,
        AggregateException { InnerExceptions: var inner } => inner.All(IsPassing),
        _ => false,
    };
}
