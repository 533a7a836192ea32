using System.Reflection;

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

    /// <summary>Whether the service reads the variable.</summary>
    public static bool Reads(string service, string variable) =>
        Platform.Contains(variable, StringComparer.Ordinal) || (variable.Split("__") is [var section, var property, ..] && Options(service, section).Contains(property));

    private static HashSet<string> Options(string service, string section) =>
        Assemblies(service).SelectMany(a => a.GetTypes())
            .Where(t => t.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() is string s && s == section)
            .SelectMany(t => t.GetProperties(BindingFlags.Public | BindingFlags.Instance)).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);

    private static IEnumerable<Assembly> Assemblies(string service)
    {
        var own = Assembly.Load($"BatchInfer.{service}");
        return [own, .. own.GetReferencedAssemblies().Where(a => a.Name!.StartsWith("BatchInfer.", StringComparison.Ordinal)).Select(Assembly.Load)];
    }
}
