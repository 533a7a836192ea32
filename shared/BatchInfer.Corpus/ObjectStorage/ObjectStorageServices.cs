using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace BatchInfer.Corpus;

/// <summary>Object storage as a part of a host.</summary>
public static class ObjectStorageServices
{
    /// <summary>Adds <see cref="ObjectStorage"/>, once however many services of a process want it, and the check of its options.</summary>
    public static IServiceCollection AddObjectStorage(this IServiceCollection services)
    {
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ObjectStorageOptions>, Validator>());
        services.TryAddSingleton(s => new ObjectStorage(s.GetRequiredService<IOptions<ObjectStorageOptions>>().Value, s.GetRequiredService<TimeProvider>()));
        return services;
    }

    private sealed class Validator : IValidateOptions<ObjectStorageOptions>
    {
        public ValidateOptionsResult Validate(string? name, ObjectStorageOptions options) =>
            options.Problems().ToList() is { Count: > 0 } problems ? ValidateOptionsResult.Fail(problems) : ValidateOptionsResult.Success;
    }
}
