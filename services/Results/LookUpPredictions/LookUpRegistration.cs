using Microsoft.Extensions.Options;

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
            services.AddStackExchangeRedisCache(redis => (redis.Configuration, redis.InstanceName) = (options.Redis, "batchinfer:"));
        services.AddHybridCache().AddSerializer<CachedAnswer, CachedAnswerSerializer>();
        services.AddSingleton<SingleLookUp>();
    }
}
