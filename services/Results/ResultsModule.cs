using BatchInfer.Results.CompareRevisions;
using BatchInfer.Results.Data;
using BatchInfer.Results.Data.Postgres;
using BatchInfer.Results.Data.Sqlite;
using BatchInfer.Results.DeletePredictions;
using BatchInfer.Results.Doctor;
using BatchInfer.Results.ExportPredictions;
using BatchInfer.Results.ExportViews;
using BatchInfer.Results.FindFailedRecords;
using BatchInfer.Results.LookUpPredictions;
using BatchInfer.Results.MeasureStorage;
using BatchInfer.Results.Models;
using BatchInfer.Results.PersistPredictions;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results;

/// <summary>The results service, to be hosted by itself or beside others.</summary>
public static class ResultsModule
{
    /// <summary>Adds the tables, the store and the health check. Needs the configuration section <c>Database</c>.</summary>
    public static WebApplicationBuilder AddResults(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptions<DatabaseOptions>().Bind(builder.Configuration.GetSection(DatabaseOptions.Section));
        services.AddSingleton<ResultsDatabase>();
        services.AddHostedService(provider => provider.GetRequiredService<ResultsDatabase>());
        services.AddHealthChecks().AddCheck<ResultsDatabase>("results-database");
        services.AddSingleton(CreateStore);
        services.AddSingleton<PersistMetrics>();
        services.AddSingleton<GroupCommit>();
        services.AddSingleton<ModelResolver>().AddSingleton<ResolvedModels>().AddSingleton<RevisionDiff>();
        builder.AddLookUp();
        services.AddOptions<ExportOptions>().Bind(builder.Configuration.GetSection(ExportOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ExportOptions>, ExportOptionsValidator>();
        services.AddSingleton<ViewStore>();
        services.AddHttpClient<InputCorpus>(http => http.Timeout = Timeout.InfiniteTimeSpan);
        services.AddTransient<ExportRows>().AddTransient<JobColumns>().AddTransient<JobExport>().AddTransient<TableInputs>();
        return builder;
    }

    /// <summary>Adds the consumers of predictions, of questions for known keys, and of announced models.</summary>
    public static void AddResultsConsumers(this IBusRegistrationConfigurator bus)
    {
        ArgumentNullException.ThrowIfNull(bus);
        bus.AddConsumer<PersistPredictionsConsumer, PersistPredictionsDefinition>();
        bus.AddConsumer<FindKnownKeysConsumer, FindKnownKeysDefinition>();
        bus.AddConsumer<FindFailedRecordsConsumer, FindFailedRecordsDefinition>();
        bus.AddConsumer<ModelsAnnouncedConsumer, ModelsAnnouncedDefinition>();
        bus.AddConsumer<ModelsPromotedConsumer, ModelsPromotedDefinition>();
        bus.AddConsumer<DeleteJobRecordsConsumer, DeleteJobRecordsDefinition>();
        bus.AddConsumer<TrimPredictionsConsumer, TrimPredictionsDefinition>();
    }

    /// <summary>Maps the service's part of <c>/v1</c>.</summary>
    public static WebApplication MapResults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseDatabaseReady<ResultsDatabase>();
        var routes = app.MapGroup("/v1").WithTags("Predictions");
        LookUpEndpoints.Map(routes);
        GetEndpoints.Map(routes);
        ExportEndpoints.Map(routes);
        HistoryEndpoint.Map(routes);
        ViewEndpoints.Map(routes);
        DiffEndpoint.Map(routes);
        StorageEndpoint.Map(routes);
        DoctorEndpoint.Map(routes);
        return app;
    }

    private static IPredictionStore CreateStore(IServiceProvider provider)
    {
        var options = provider.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var time = provider.GetRequiredService<TimeProvider>();
        return options.Provider == DatabaseProvider.Postgres
            ? new PostgresPredictionStore(options.PostgresConnectionString(), time)
            : new SqlitePredictionStore(options.SqliteConnectionString("results"), time);
    }
}
