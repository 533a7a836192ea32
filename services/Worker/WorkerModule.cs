using BatchInfer.Corpus;
using BatchInfer.Inference;
using BatchInfer.ServiceDefaults;
using BatchInfer.Worker.Announce;
using BatchInfer.Worker.CheckSelf;
using BatchInfer.Worker.CountTokens;
using BatchInfer.Worker.FetchModels;
using BatchInfer.Worker.LoadModel;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Worker;

/// <summary>A worker as a part of a host: serves the models in its folders and predicts the shards sent to them.</summary>
public static class WorkerModule
{
    /// <summary>Adds its services.</summary>
    public static WebApplicationBuilder AddWorker(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var (services, configuration) = (builder.Services, builder.Configuration);
        services.AddOptions<WorkerOptions>().Bind(configuration.GetSection(WorkerOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<WorkerOptions>, WorkerOptionsValidator>();
        services.AddOptions<InferenceOptions>().Bind(configuration.GetSection(InferenceOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<ModelsOptions>().Bind(configuration.GetSection(ModelsOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<CorporaOptions>().Bind(configuration.GetSection(CorporaOptions.Section));
        services.AddSingleton<WorkerIdentity>().AddSingleton<ShardsInHand>().AddSingleton<Turns>().AddSingleton<ServedModels>();
        services.AddSingleton<LoadedModels>().AddSingleton<FetchedModels>();
        services.AddHttpClient(nameof(FetchedModels));
        services.AddSingleton<KnownKeysClient>().AddSingleton<ClaimsClient>().AddSingleton<SuspectClient>().AddSingleton<InferencePipeline>();
        services.AddOptions<ObjectStorageOptions>().Bind(configuration.GetSection(ObjectStorageOptions.Section)).ValidateOnStart();
        services.AddObjectStorage();
        services.AddHttpClient(nameof(CorpusSource));
        services.AddSingleton(s => new CorpusSource(
            s.GetRequiredService<IHttpClientFactory>().CreateClient(nameof(CorpusSource)), s.GetRequiredService<IOptions<CorporaOptions>>().Value.Roots));
        // After the bus: queues are connected and the worker announced when it runs, and it says farewell before it stops.
        services.AddSingleton<ModelQueues>().AddSingleton<InputTrial>();
        services.AddHostedService(s => s.GetRequiredService<ModelQueues>());
        services.AddHostedService<WorkerAnnouncer>();
        return builder;
    }

    /// <summary>
    /// Has the worker end its shards with the batches in hand and take no more, before a process stops that has the queue of shards and
    /// the store of predictions in it: what is predicted is sent on.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="lastSends">Time for the batches and the sends.</param>
    /// <returns>Ends when there is nothing in hand.</returns>
    public static Task PutDownShardsAsync(this IServiceProvider services, TimeSpan lastSends)
    {
        ArgumentNullException.ThrowIfNull(services);
        return services.GetRequiredService<ShardsInHand>().PutDownAsync(lastSends);
    }

    /// <summary>Adds its consumers to the bus.</summary>
    public static IBusRegistrationConfigurator AddWorkerConsumers(this IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<InferShardConsumer, InferShardDefinition>().ExcludeFromConfigureEndpoints();
        bus.AddConsumer<CountTokensConsumer>().ExcludeFromConfigureEndpoints();
        string own = $"worker-{Guid.NewGuid():N}";
        bus.AddConsumer<JobCancelledConsumer>().Endpoint(OwnQueue);
        bus.AddConsumer<CheckWorkerConsumer>().Endpoint(OwnQueue);
        return bus;

        void OwnQueue(IEndpointRegistrationConfigurator endpoint) => (endpoint.Name, endpoint.Temporary) = (own, true);
    }
}
