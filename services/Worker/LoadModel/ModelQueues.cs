using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.LoadModel;

/// <summary>One queue per model revision: all workers that have the model share it, and no shard reaches one that has not.</summary>
internal sealed class ModelQueues(ServedModels models, IReceiveEndpointConnector connector, IOptions<WorkerOptions> options) : IHostedService
{
    private readonly List<Task> _ready = [];

    /// <summary>Ends when every queue is there and consumed.</summary>
    public Task Ready => Task.WhenAll(_ready);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        int concurrent = options.Value.ConcurrentShards;
        foreach (string revision in models.Revisions)
        {
            string queue = QueueNames.Infer(revision);
            var handle = connector.ConnectReceiveEndpoint(queue, (context, endpoint) =>
            {
                EndpointPolicy.Apply(queue, endpoint);
                endpoint.ConfigureConsumeTopology = false;
                endpoint.PrefetchCount = concurrent;
                endpoint.ConcurrentMessageLimit = concurrent;
                endpoint.ConfigureConsumer<InferShardConsumer>(context);
            });
            _ready.Add(handle.Ready);
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
