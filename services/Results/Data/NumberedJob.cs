using System.Globalization;
using BatchInfer.Contracts;

namespace BatchInfer.Results.Data;

/// <summary>A job's number within this database: 4 bytes in each row and index entry of its records in place of 16.</summary>
internal sealed class NumberedJob
{
    public int Number { get; set; }

    public Guid JobId { get; set; }

    /// <summary>
    /// A record whose custom id is its ordinal plus this is stored without one: that is every record of a corpus without ids of
    /// its own. Null where the job's first chunk did not begin with a line number for an id.
    /// </summary>
    public int? LineOffset { get; set; }

    /// <summary>When its records were deleted. The number stays: predictions that it computed name it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>What <see cref="LineOffset"/> shall be, by the first record seen of a job.</summary>
    public static int? OffsetOf(IReadOnlyList<RecordOutcome> items) =>
        items is [var first, ..] && OrdinalOf(first.CustomId, -first.Ordinal) is > 0 and < int.MaxValue and var offset ? (int)offset : null;

    /// <summary>The custom id as stored: null where the ordinal gives it.</summary>
    public string? Shorten(string customId, long ordinal)
    {
        ArgumentNullException.ThrowIfNull(customId);
        return LineOffset is { } offset && IsNumber(customId, ordinal + offset) ? null : StoredText.Encode(customId);
    }

    /// <summary>The custom id of a record.</summary>
    public string Lengthen(string? stored, long ordinal) =>
        stored is null ? (ordinal + (LineOffset ?? 0)).ToString(CultureInfo.InvariantCulture) : StoredText.Decode(stored);

    /// <summary>The ordinal of the record that would be stored without this id; null where none can be.</summary>
    public long? OrdinalOf(string customId) => LineOffset is { } offset ? OrdinalOf(customId, -offset) : null;

    private static long? OrdinalOf(string customId, long shift) =>
        long.TryParse(customId, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && IsNumber(customId, number) ? number + shift : null;

    private static bool IsNumber(string text, long number)
    {
        Span<char> digits = stackalloc char[20];
        return number.TryFormat(digits, out int length, provider: CultureInfo.InvariantCulture) && digits[..length].SequenceEqual(text);
    }
}
