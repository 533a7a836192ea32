using System.Reflection;
using BatchInfer.Corpus;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>Which environment variables a service reads, from the options classes of its own assemblies.</summary>
internal static class ServiceSettings
{
    public static readonly string[] Services = ["Coordinator", "Results", "Worker", "Dashboard"];

    // Read by .NET, ASP.NET and OpenTelemetry themselves, or by Telemetry.cs.
    private static readonly string[] Platform =
    [
        "ASPNETCORE_URLS", "DOTNET_EnableDiagnostics", "XDG_CACHE_HOME", "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_PROTOCOL", "OTEL_METRICS_EXPORTER",
        "Logging__Console__FormatterName", "Logging__Console__FormatterOptions__IncludeScopes",
    ];

    // Read by the libraries of AWS and Azure, wherever objects are read.
    private static readonly string[] ObjectStores = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AZURE_STORAGE_CONNECTION_STRING"];

    /// <summary>Whether the service reads the variable.</summary>
    public static bool Reads(string service, string variable) =>
        Platform.Contains(variable, StringComparer.Ordinal)
        || (ObjectStores.Contains(variable, StringComparer.Ordinal) && ReadsObjects(service))
        || (variable.Split("__") is [var section, var property, ..] && Options(service, section).Contains(property));

    /// <summary>Whether the service reads corpora in object storage; that another knows the library is not enough.</summary>
    public static bool ReadsObjects(string service) =>
        File.ReadAllText(Path.Combine(Repository.Root, "services", service, $"{service}Module.cs")).Contains(".AddObjectStorage()", StringComparison.Ordinal);

    private static HashSet<string> Options(string service, string section) =>
        section == ObjectStorageOptions.Section && !ReadsObjects(service) ? [] : Assemblies(service).SelectMany(a => a.GetTypes())
            .Where(t => t.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() is string s && s == section)
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<Assembly> Assemblies(string service)
    {
        var own = Assembly.Load($"BatchInfer.{service}");
        return [own, .. own.GetReferencedAssemblies().Where(a => a.Name!.StartsWith("BatchInfer.", StringComparison.Ordinal)).Select(Assembly.Load)];
    }
}
