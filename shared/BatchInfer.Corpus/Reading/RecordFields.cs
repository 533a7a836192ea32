using System.Text.Json.Nodes;

namespace BatchInfer.Corpus;

/// <summary>The fields of a record as found; null where absent. With a fault, only the id may be there.</summary>
internal readonly record struct RecordFields(string? Id, string? Text, string? TextPair, RecordFault? Fault, JsonObject? All = null);
