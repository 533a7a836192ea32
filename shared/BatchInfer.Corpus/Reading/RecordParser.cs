using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Unicode;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Turns the bytes of one record into a <see cref="CorpusRecord"/>. Whatever the bytes are, it does not throw.</summary>
internal abstract class RecordParser(RecordSchema schema)
{
    protected RecordSchema Schema { get; } = schema;

    public static RecordParser For(RecordSchema schema) => schema.Format switch
    {
        RecordFormat.Jsonl => new JsonlParser(schema),
        RecordFormat.Csv => new CsvParser(schema),
        RecordFormat.Text => new TextParser(schema),
        _ => throw new ArgumentOutOfRangeException(nameof(schema), schema.Format, "No such record format."),
    };

    /// <param name="record">The record without its line end; valid until the call returns.</param>
    /// <param name="ordinal">Its ordinal in the corpus.</param>
    /// <param name="line">Number of its first line.</param>
    public CorpusRecord Parse(ReadOnlyMemory<byte> record, long ordinal, long line)
    {
        if (record.Length > CorpusLimits.MaxRecordBytes) return TooLong(ordinal, line);
        if (!Utf8.IsValid(record.Span))
            return Fail(ordinal, line, null, new(ErrorCodes.InvalidUtf8,
                $"The record is not valid UTF-8 from its byte {ValidBytes(record.Span) + 1} on. Save the corpus as UTF-8."));
        var fields = Read(record);
        return fields.Fault is { } fault
            ? Fail(ordinal, line, fields.Id, fault)
            : Check(fields, ordinal, line);
    }

    /// <summary>The row for a record of which only its length is known.</summary>
    public static CorpusRecord TooLong(long ordinal, long line) => Fail(ordinal, line, null, new(ErrorCodes.TooLong,
        $"The record is longer than {CorpusLimits.MaxRecordBytes:N0} bytes. Is a line end or a closing quote missing?"));

    /// <summary>Reads the fields of a record, which is valid UTF-8.</summary>
    protected abstract RecordFields Read(ReadOnlyMemory<byte> record);

    private CorpusRecord Check(RecordFields fields, long ordinal, long line)
    {
        if (Schema.IdField is not null && Schema.Format != RecordFormat.Text)
        {
            if (string.IsNullOrEmpty(fields.Id))
                return Fail(ordinal, line, null, new(ErrorCodes.MissingField,
                    $"The record has no id: '{Schema.IdField}' is absent, null or empty."));
            if (fields.Id.Length > CorpusLimits.MaxCustomIdLength)
                return Fail(ordinal, line, null, new(ErrorCodes.TooLong,
                    $"The id in '{Schema.IdField}' is longer than {CorpusLimits.MaxCustomIdLength} characters."));
            if (fields.Id.Contains('\0', StringComparison.Ordinal))
                return Fail(ordinal, line, null, new(ErrorCodes.MalformedRecord, $"The id in '{Schema.IdField}' has a NUL character."));
        }
        if (fields.All is not null) return new CorpusRecord(ordinal, fields.Id ?? LineId(line), line, fields.Text, null, null, fields.All);
        if (fields.Text is null) return Fail(ordinal, line, fields.Id, Missing(Schema.TextField, "text"));
        if (Schema.TextPairField is not null && fields.TextPair is null)
            return Fail(ordinal, line, fields.Id, Missing(Schema.TextPairField, "second text"));
        if (string.IsNullOrWhiteSpace(fields.Text)) return Fail(ordinal, line, fields.Id, Empty(Schema.TextField, "text"));
        if (fields.TextPair is not null && string.IsNullOrWhiteSpace(fields.TextPair))
            return Fail(ordinal, line, fields.Id, Empty(Schema.TextPairField, "second text"));
        return new CorpusRecord(ordinal, fields.Id ?? LineId(line), line, fields.Text, fields.TextPair, null);
    }

    private static CorpusRecord Fail(long ordinal, long line, string? id, RecordFault fault)
    {
        var usable = id is { Length: > 0 and <= CorpusLimits.MaxCustomIdLength } && !id.Contains('\0', StringComparison.Ordinal);
        return new(ordinal, usable ? id! : LineId(line), line, null, null, new RecordError(fault.Code, fault.Message, line));
    }

    private static RecordFault Missing(string field, string what) =>
        new(ErrorCodes.MissingField, $"The record has no {what}: '{field}' is absent or null.");

    private RecordFault Empty(string? field, string what) => new(ErrorCodes.EmptyText,
        Schema.Format == RecordFormat.Text ? "The line is empty or white space." : $"The {what} in '{field}' is empty or white space.");

    private static string LineId(long line) => line.ToString(CultureInfo.InvariantCulture);

    private static int ValidBytes(ReadOnlySpan<byte> bytes)
    {
        var position = 0;
        while (Rune.DecodeFromUtf8(bytes[position..], out _, out var length) == OperationStatus.Done) position += length;
        return position;
    }
}
