using System.Collections;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.ServiceDefaults;

/// <summary>Says in words of the API why JSON is not what was asked for: the parser speaks of the types behind it.</summary>
internal static class JsonFaults
{
    private static readonly JsonSerializerOptions Written = Configured();

    /// <summary>One sentence, without the place.</summary>
    public static string Describe(JsonException fault)
    {
        string message = fault.Message.Split(" Path:")[0];
        string[] quoted = message.Split('\'');
        if (message.StartsWith("The JSON value could not be converted to ", StringComparison.Ordinal))
            return TypeOf(message["The JSON value could not be converted to ".Length..].TrimEnd('.')) is { } wanted ? $"{MustBe(wanted)}." : "Has a value of another kind than is taken here.";
        if (message.Contains("could not be mapped to any", StringComparison.Ordinal) && quoted.Length >= 4)
            return $"'{quoted[1]}' is not known here{(TypeOf(quoted[^2]) is { } type ? $"; taken are: {string.Join(", ", Members(type))}" : "")}.";
        if (message.StartsWith("JSON deserialization for type", StringComparison.Ordinal) && message.Split("including:") is [_, var names]) return $"Lacks {names.Trim().TrimEnd('.')}.";
        if (message.Contains("doesn't allow null", StringComparison.Ordinal) || message.Contains("doesn't allow setting null", StringComparison.Ordinal))
            return "Must not be null.";
        if (message.StartsWith("Duplicate property", StringComparison.Ordinal) && quoted.Length >= 3) return $"'{quoted[1]}' stands there twice.";
        if (message.Contains("does not contain any JSON tokens", StringComparison.Ordinal)) return "The body is empty or cut off. Send a JSON object.";
        message = message.Replace(" Change the reader options.", "", StringComparison.Ordinal);
        return Names(message) ? "Is not what is taken here." : message;
    }

    /// <summary>What a value of a type looks like in JSON.</summary>
    public static string MustBe(Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum) return $"Must be one of: {string.Join(", ", Enum.GetValues(type).Cast<object>().Select(v => JsonSerializer.SerializeToNode(v, type, Written)))}";
        if (type == typeof(int) || type == typeof(long)) return "Must be a whole number";
        if (type == typeof(double)) return "Must be a number";
        if (type == typeof(bool)) return "Must be true or false";
        if (type == typeof(string) || type == typeof(char)) return "Must be a string";
        if (type == typeof(Guid)) return "Must be an id such as 0198c0de-0000-7000-8000-000000000001: 32 hexadecimal digits with hyphens";
        if (type == typeof(Uri)) return "Must be an address";
        if (type == typeof(DateTimeOffset)) return "Must be a time such as 2026-01-31T12:00:00Z";
        bool isMap = type == typeof(JsonObject) || typeof(IDictionary).IsAssignableFrom(type) || type.Name.Contains("Dictionary", StringComparison.Ordinal);
        return !isMap && (type == typeof(JsonArray) || typeof(IEnumerable).IsAssignableFrom(type)) ? "Must be a list" : "Must be an object";
    }

    private static IEnumerable<string> Members(Type type) => Written.GetTypeInfo(type).Properties.Where(p => p.Set is not null || p.AssociatedParameter is not null).Select(p => p.Name);

    // Types of the framework and of the API are all that requests are read into.
    private static Type? TypeOf(string name) => Type.GetType(name) ?? typeof(JsonNode).Assembly.GetType(name) ?? typeof(ApiJson).Assembly.GetType(name)
        ?? (name.Split('[', 2) is ["System.Nullable`1", var inner] ? TypeOf(inner.TrimEnd(']')) : null)
        ?? (name.StartsWith("System.Collections.Generic.", StringComparison.Ordinal) ? name.Contains("Dictionary", StringComparison.Ordinal) ? typeof(IDictionary) : typeof(IEnumerable) : null);

    private static bool Names(string message) =>
        message.Contains("System.", StringComparison.Ordinal) || message.Contains("BatchInfer.", StringComparison.Ordinal) || message.Contains(".NET", StringComparison.Ordinal);

    private static JsonSerializerOptions Configured()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        ApiJson.Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }
}
