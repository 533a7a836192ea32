using System.Text.Encodings.Web;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Worker;

/// <summary>
/// What one prediction may take of a message. RabbitMQ 4 refuses messages over 16 MiB unless told otherwise, and one that is refused
/// would be sent again for ever.
/// </summary>
internal static class RowLimit
{
    /// <summary>Bytes of a record's text and prediction together, as a message has them.</summary>
    public const int MaxBytes = 12 << 20;

    // Of one character in JSON, at most: \u0000.
    private const int MaxBytesOfCharacter = 6;

    /// <summary>The row, or an error row in its place where it is larger than any message may be.</summary>
    public static RowOutput Apply(in RowOutput row, string text, string? textPair)
    {
        if (row.ErrorCode is not null) return row;
        long characters = (long)text.Length + (textPair?.Length ?? 0) + (row.Json?.Length ?? 0);
        long embedding = (row.Embedding?.Length ?? 0) * sizeof(float) * 4L / 3;
        if ((characters * MaxBytesOfCharacter) + embedding <= MaxBytes) return row;
        long bytes = Bytes(text) + Bytes(textPair) + Bytes(row.Json) + embedding;
        if (bytes <= MaxBytes) return row;
        return row with
        {
            Json = null, Embedding = null, PaddedTokens = 0, TokensCut = 0, ErrorCode = ErrorCodes.TooLong,
            ErrorMessage = $"The text and its prediction take {bytes:N0} bytes together; at most {MaxBytes:N0} are stored. Shorten the text, or ask for less of the model, e.g. a smaller top_k.",
        };
    }

    private static long Bytes(string? text) => text is null ? 0 : JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes.Length;
}
