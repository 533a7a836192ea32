using System.Text.Json;

namespace BatchInfer.Corpus;

/// <summary>The names under which a JSON Lines record's fields are found.</summary>
public static class JsonlFields
{
    /// <summary>Whether a record has a field of this name, or at the end of this dotted path of names.</summary>
    public static bool Has(JsonElement record, string path) => JsonlParser.TryFind(record, path, out _);

    /// <summary>The names of a record's fields, those inside others by their path.</summary>
    public static IEnumerable<string> Names(JsonElement record) => record.EnumerateObject().SelectMany(
        m => m.Value.ValueKind == JsonValueKind.Object ? Names(m.Value).Select(n => $"{m.Name}.{n}").DefaultIfEmpty(m.Name) : [m.Name]);
}
