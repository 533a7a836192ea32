using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>What a parser found in one record.</summary>
internal readonly record struct ParsedRecord(string? Id, string? Text, string? TextPair, string? ErrorCode, string? ErrorMessage)
{
    public static ParsedRecord Malformed(string? id, string message) => new(id, null, null, ErrorCodes.MalformedRecord, message);

    public static ParsedRecord Missing(string? id, string what) => new(id, null, null, ErrorCodes.MissingField, what);
}
