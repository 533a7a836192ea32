using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.CountTokens;
using BatchInfer.Worker.FetchModels;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker.LoadModel;

/// <summary>Queues of each model revision: all workers that have the model share them, and no shard reaches one that has not.</summary>
internal sealed partial class ModelQueues(
    ServedModels models, FetchedModels fetched, IReceiveEndpointConnector connector, IOptions<WorkerOptions> options, IOptions<ModelsOptions> modelsOptions,
    TimeProvider time, ILogger<ModelQueues> logger) : BackgroundService
{
    private readonly Dictionary<string, HostReceiveEndpointHandle[]> _queues = new(StringComparer.Ordinal);

    /// <summary>Ends when every queue of the models found at start is there and consumed.</summary>
    public Task Ready { get; private set; } = Task.CompletedTask;

    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Ready = ConnectAsync(models.Revisions);
        return base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Ready.WaitAsync(stoppingToken);
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(modelsOptions.Value.RescanSeconds), time);
        do
        {
            try
            {
                await fetched.RefreshAsync(stoppingToken);
                // Signatures and digests of large files take a while.
                if (await Task.Run(models.Refresh, stoppingToken) is { } found) await ServeAsync(found, stoppingToken);
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailed(e.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task ServeAsync(ServedModels.Snapshot found, CancellationToken ct)
    {
        // Announced before its queue is there, a model would be sent shards that nothing takes.
        await ConnectAsync(found.Packages.Keys).WaitAsync(ct);
        var gone = models.Revisions.Except(found.Packages.Keys).ToList();
        // First the queues: a shard that comes when its model is gone could only be sent back.
        await Task.WhenAll(gone.Select(revision => _queues.Remove(revision, out var queues) ? Task.WhenAll(queues.Select(q => q.StopAsync(ct))) : Task.CompletedTask));
        models.Publish(found);
    }

    private Task ConnectAsync(IEnumerable<string> revisions)
    {
        var ready = new List<Task>();
        foreach (string revision in revisions)
        {
            if (_queues.ContainsKey(revision)) continue;
            _queues[revision] =
            [
                Connect<InferShardConsumer>(QueueNames.Infer(revision), options.Value.ConcurrentShards),
                // One sample is tokenised in less than a second.
                Connect<CountTokensConsumer>(QueueNames.Tokens(revision), 1),
            ];
            ready.AddRange(_queues[revision].Select(q => q.Ready));
        }

        return Task.WhenAll(ready);
    }

    private HostReceiveEndpointHandle Connect<TConsumer>(string queue, int concurrent)
        where TConsumer : class, IConsumer => connector.ConnectReceiveEndpoint(queue, (context, endpoint) =>
        {
            EndpointPolicy.Apply(queue, endpoint);
            endpoint.ConfigureConsumeTopology = false;
            endpoint.PrefetchCount = concurrent;
            endpoint.ConcurrentMessageLimit = concurrent;
            endpoint.ConfigureConsumer<TConsumer>(context);
        });

    [LoggerMessage(Level = LogLevel.Warning, Message = "Could not look for models: {Reason}")]
    private partial void LogFailed(string reason);
}
