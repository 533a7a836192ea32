using System.Text.Json;
using System.Text.Json.Nodes;

namespace BatchInfer.Contracts;

/// <summary>
/// The parameters of a task that change its output, e.g. <c>{"max_length":512,"pooling":"mean"}</c>. Immutable;
/// two instances with equal contents have equal <see cref="CanonicalJson"/> whatever the order they were written in.
/// </summary>
public sealed class InferenceParameters : IEquatable<InferenceParameters>
{
    private readonly SortedDictionary<string, JsonNode?> _values;

    private InferenceParameters(SortedDictionary<string, JsonNode?> values)
    {
        _values = values;
        CanonicalJson = new JsonObject(values.Select(v => KeyValuePair.Create(v.Key, v.Value?.DeepClone()))).ToJsonString();
    }

    /// <summary>No parameters.</summary>
    public static InferenceParameters Empty { get; } = new(new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal));

    /// <summary>JSON with names in ordinal order and no white space: what the prediction key hashes.</summary>
    public string CanonicalJson { get; }

    /// <summary>Names that are set, in ordinal order.</summary>
    public IEnumerable<string> Names => _values.Keys;

    /// <summary>Reads a JSON object.</summary>
    /// <exception cref="JsonException">The text is not a JSON object.</exception>
    public static InferenceParameters Parse(string json) =>
        JsonNode.Parse(json) is JsonObject o ? From(o) : throw new JsonException("Parameters must be a JSON object.");

    /// <summary>Takes the members of a JSON object; null members count as not set.</summary>
    public static InferenceParameters From(JsonObject? values)
    {
        var sorted = new SortedDictionary<string, JsonNode?>(StringComparer.Ordinal);
        foreach (var (name, value) in values ?? [])
            if (value is not null) sorted[name] = value.DeepClone();
        return new InferenceParameters(sorted);
    }

    /// <summary>These parameters, with those of <paramref name="over"/> in their place where both are set.</summary>
    public InferenceParameters With(InferenceParameters over)
    {
        ArgumentNullException.ThrowIfNull(over);
        var merged = new SortedDictionary<string, JsonNode?>(_values, StringComparer.Ordinal);
        foreach (var (name, value) in over._values) merged[name] = value;
        return new InferenceParameters(merged);
    }

    /// <summary>The value as written, or null when it is not set.</summary>
    public JsonNode? Get(string name) => _values.GetValueOrDefault(name);

    /// <summary>A text value, or <paramref name="otherwise"/> when it is not set.</summary>
    public string GetString(string name, string otherwise) => Get(name)?.GetValue<string>() ?? otherwise;

    /// <summary>A whole number, or <paramref name="otherwise"/> when it is not set.</summary>
    public int GetInt(string name, int otherwise) => Get(name)?.GetValue<int>() ?? otherwise;

    /// <summary>True or false, or <paramref name="otherwise"/> when it is not set.</summary>
    public bool GetBool(string name, bool otherwise) => Get(name)?.GetValue<bool>() ?? otherwise;

    /// <summary>A list of texts; empty when it is not set.</summary>
    public IReadOnlyList<string> GetTexts(string name) => Get(name) is JsonArray texts ? [.. texts.Select(t => t!.GetValue<string>())] : [];

    /// <inheritdoc/>
    public bool Equals(InferenceParameters? other) => other is not null && other.CanonicalJson == CanonicalJson;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as InferenceParameters);

    /// <inheritdoc/>
    public override int GetHashCode() => CanonicalJson.GetHashCode(StringComparison.Ordinal);

    /// <inheritdoc/>
    public override string ToString() => CanonicalJson;
}
