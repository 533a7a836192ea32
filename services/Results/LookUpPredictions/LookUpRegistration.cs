using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Registers lookups with their cache.</summary>
internal static class LookUpRegistration
{
    public static void AddLookUp(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        var section = builder.Configuration.GetSection(LookUpOptions.Section);
        services.AddOptions<LookUpOptions>().Bind(section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<LookUpOptions>, LookUpOptionsValidator>();
        var options = section.Get<LookUpOptions>() ?? new LookUpOptions();
        services.AddMemoryCache(memory => memory.SizeLimit = options.CacheMegabytes * 1_048_576L);
        if (!string.IsNullOrEmpty(options.Redis))
            services.AddStackExchangeRedisCache(redis => (redis.ConfigurationOptions, redis.InstanceName) = (Configure(options.Redis), "batchinfer:"));
        services.AddHybridCache().AddSerializer<CachedAnswer, CachedAnswerSerializer>();
        services.AddSingleton<SingleLookUp>();
    }

    /// <summary>While Redis is away the database answers at once, and no lookup waits for it to come back.</summary>
    private static ConfigurationOptions Configure(string redis)
    {
        var configuration = ConfigurationOptions.Parse(redis);
        configuration.BacklogPolicy = BacklogPolicy.FailFast;
        configuration.AbortOnConnectFail = false;
        return configuration;
    }
}
