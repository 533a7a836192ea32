using BatchInfer.Coordinator.ControlJob;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.DispatchShards;
using BatchInfer.Coordinator.Doctor;
using BatchInfer.Coordinator.EstimateJob;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.Forward;
using BatchInfer.Coordinator.Models;
using BatchInfer.Coordinator.Observe;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.ReadCorpus;
using BatchInfer.Coordinator.Retain;
using BatchInfer.Coordinator.ShareKeys;
using BatchInfer.Coordinator.SplitShards;
using BatchInfer.Coordinator.SubmitJob;
using BatchInfer.Coordinator.Timeline;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator;

/// <summary>The coordinator as a part of a host: takes jobs, plans and dispatches shards, tracks them to the end.</summary>
public static class CoordinatorModule
{
    /// <summary>Adds its services.</summary>
    public static WebApplicationBuilder AddCoordinator(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.AddOptions<CoordinatorOptions>().Bind(builder.Configuration.GetSection(CoordinatorOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<CoordinatorOptions>, CoordinatorOptionsValidator>();
        services.AddOptions<TracingOptions>().Bind(builder.Configuration.GetSection(TracingOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<TracingOptions>, TracingOptionsValidator>();
        services.AddOptions<FilesOptions>().Bind(builder.Configuration.GetSection(FilesOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<FilesOptions>, FilesOptionsValidator>();
        services.AddOptions<DatabaseOptions>().Bind(builder.Configuration.GetSection(DatabaseOptions.Section));
        services.AddSingleton(CoordinatorDatabase.Create);
        services.AddHostedService(s => s.GetRequiredService<CoordinatorDatabase>());
        services.AddHealthChecks().AddCheck<CoordinatorDatabase>("coordinator database");
        services.AddOptions<ObjectStorageOptions>().Bind(builder.Configuration.GetSection(ObjectStorageOptions.Section)).ValidateOnStart();
        services.AddObjectStorage().AddSingleton<Corpora>().AddSingleton<AddressReader>();
        services.AddSingleton<FileStore>().AddSingleton<LiveWorkers>().AddSingleton<JobRequestCheck>().AddSingleton<JobAnswers>();
        services.AddSingleton<JobProgress>().AddSingleton<JobEnd>().AddSingleton<JobLog>().AddSingleton<ShardAttempts>().AddSingleton<ShardLeases>();
        services.AddOptions<ModelFilesOptions>().Bind(builder.Configuration.GetSection(ModelFilesOptions.Section));
        services.AddSingleton<ModelStore>().AddSingleton<ModelCatalog>().AddSingleton<ModelResources>().AddSingleton<AnnouncedModels>().AddSingleton<Heartbeats>();
        services.AddHostedService<PromotionLoop>();
        services.AddOptions<RetentionOptions>().Bind(builder.Configuration.GetSection(RetentionOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<RetentionOptions>, RetentionOptionsValidator>();
        services.AddSingleton<DeletedJobs>().AddSingleton<Retention>().AddSingleton<RunningTrims>().AddSingleton<RetentionSignal>();
        services.AddHostedService<RetentionLoop>();
        services.AddSingleton<PlanSignal>().AddSingleton<DispatchSignal>().AddSingleton<SplitSignal>();
        services.AddSingleton<FailedShards>().AddSingleton<ShardPlanner>().AddSingleton<ShardSplitter>();
        services.AddSingleton<ShardTraces>().AddSingleton<ShardDispatcher>().AddSingleton<ShardRescuer>();
        services.AddSingleton<KnownKeysClient>().AddSingleton<TokenCounts>().AddSingleton<AskedWorker>().AddSingleton<FirstPrompts>().AddSingleton<FirstTargets>().AddSingleton<JobEstimator>().AddSingleton<DryRun>();
        services.AddSingleton<KeyClaims>();
        services.AddSingleton<WorkerRounds>().AddSingleton<Examination>();
        services.AddSingleton<Leadership>();
        services.AddHostedService(s => s.GetRequiredService<Leadership>());
        services.AddHostedService<PlanLoop>();
        services.AddHostedService<DispatchLoop>();
        services.AddHostedService<JobMetrics>();
        services.AddHostedService<RescueLoop>();
        services.AddHostedService<SplitLoop>();
        builder.AddResultsForwarding();
        return builder;
    }

    /// <summary>Adds its consumers to the bus.</summary>
    public static IBusRegistrationConfigurator AddCoordinatorConsumers(this IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<ShardPersistedConsumer, ShardPersistedDefinition>();
        bus.AddConsumer<ShardDiscardedConsumer, ShardDiscardedDefinition>();
        bus.AddConsumer<ShardReturnedConsumer, ShardReturnedDefinition>();
        bus.AddConsumer<SuspectStartingConsumer, SuspectStartingDefinition>();
        bus.AddConsumer<ClaimKeysConsumer, ClaimKeysDefinition>();
        bus.AddConsumer<ShardFaultedConsumer, ShardFaultedDefinition>();
        bus.AddConsumer<WorkerAnnouncedConsumer, WorkerAnnouncedDefinition>();
        return bus;
    }

    /// <summary>Maps its endpoints, and those of the results service where that is another process.</summary>
    public static WebApplication MapCoordinator(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        // Made now, so that a wrong setting stops the service here.
        app.Services.GetRequiredService<FileStore>();
        app.UseDatabaseReady<CoordinatorDatabase>();
        app.UseJobExists();
        app.MapFiles();
        app.MapJobs();
        app.MapTimeline();
        app.MapModels();
        app.MapRetention();
        app.MapWorkers();
        app.MapJobCorpus();
        BacklogEndpoint.Map(app);
        DoctorEndpoint.Map(app);
        app.MapResultsForwarding();
        return app;
    }
}
