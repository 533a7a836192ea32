using System.Text.Json.Serialization;

namespace BatchInfer.Contracts;

/// <summary>How records are written in a corpus.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<RecordFormat>))]
public enum RecordFormat
{
    /// <summary>One JSON object a line. Blank lines are no records.</summary>
    [JsonStringEnumMemberName("jsonl")] Jsonl,

    /// <summary>CSV (RFC 4180) with a header; quoted fields may hold line ends.</summary>
    [JsonStringEnumMemberName("csv")] Csv,

    /// <summary>One text a line; every line is a record, an empty one too.</summary>
    [JsonStringEnumMemberName("text")] Text,
}

/// <summary>Where the parts of a record stand.</summary>
/// <param name="Format">How records are written.</param>
/// <param name="TextField">JSONL: path of the text, dots between nested names. CSV: column name. Text: unused.</param>
/// <param name="TextPairField">Path or column of the second text of a pair, or null.</param>
/// <param name="IdField">Path or column of the record's id, or null to use the line number.</param>
/// <param name="CsvHeader">The header line of a CSV corpus, without its line end, since a shard's byte range does not hold it; else null.</param>
/// <param name="Fields">Whether all fields are read for a prompt's template; a record needs no text by itself then.</param>
public sealed record RecordSchema(
    RecordFormat Format, string TextField, string? TextPairField, string? IdField, string? CsvHeader, bool Fields = false);
