using System.Globalization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;

namespace BatchInfer.ServiceDefaults;

/// <summary>Finds the parameter of a query that is not of its type: the framework answers 400 and does not say which it was.</summary>
internal static class QueryFaults
{
    /// <summary>The parameter's name with a sentence, or null where each reads well.</summary>
    public static (string Field, string Message)? Find(HttpContext http)
    {
        // A handler of exceptions has taken the endpoint away.
        var endpoint = http.GetEndpoint() ?? http.Features.Get<IExceptionHandlerFeature>()?.Endpoint;
        foreach (var bound in endpoint?.Metadata.GetOrderedMetadata<IParameterBindingMetadata>() ?? [])
        {
            string name = bound.ParameterInfo.GetCustomAttributes(inherit: true).OfType<IFromQueryMetadata>().FirstOrDefault()?.Name ?? bound.Name;
            var type = Nullable.GetUnderlyingType(bound.ParameterInfo.ParameterType) ?? bound.ParameterInfo.ParameterType;
            if (http.Request.Query[name] is [{ } value, ..] && !Reads(value, type)) return (name, $"{JsonFaults.MustBe(type)}.");
        }

        return null;
    }

    private static bool Reads(string value, Type type) =>
        type == typeof(int) ? int.TryParse(value, CultureInfo.InvariantCulture, out _)
        : type == typeof(long) ? long.TryParse(value, CultureInfo.InvariantCulture, out _)
        : type == typeof(double) ? double.TryParse(value, CultureInfo.InvariantCulture, out _)
        : type == typeof(bool) ? bool.TryParse(value, out _)
        : type != typeof(Guid) || Guid.TryParse(value, out _);
}
