using System.Buffers;
using System.Globalization;
using System.Text.Unicode;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Puts records together from pieces and has each parsed.</summary>
internal sealed class RecordGatherer(RecordSchema schema, long firstOrdinal, long firstLine, int maxRecordBytes)
{
    private readonly IRecordParser _parser = RecordParsers.For(schema);
    private readonly ArrayBufferWriter<byte> _partial = new();
    private RecordSplitter _splitter = new(schema.Format);
    private long _ordinal = firstOrdinal;
    private long _line = firstLine;

    /// <summary>Takes the next bytes and adds the records that end in them.</summary>
    public void Advance(ReadOnlySpan<byte> data, List<CorpusRecord> records)
    {
        while (!data.IsEmpty)
        {
            int passed = _splitter.Advance(data, out bool ended);
            var piece = data[..passed];
            data = data[passed..];
            if (!ended || _partial.WrittenCount > 0)
            {
                // Beyond the limit only the length is kept.
                if (_splitter.Length <= maxRecordBytes) _partial.Write(piece);
                if (!ended) return;
                piece = _partial.WrittenSpan;
            }

            if (End(piece) is { } record) records.Add(record);
        }
    }

    /// <summary>The record behind the last line end, if there is one.</summary>
    public CorpusRecord? Finish() => End(_partial.WrittenSpan);

    private CorpusRecord? End(ReadOnlySpan<byte> bytes)
    {
        CorpusRecord? record = _splitter.IsRecord ? Parse(bytes) : null;
        _line += _splitter.Lines;
        _splitter.Reset();
        _partial.ResetWrittenCount();
        return record;
    }

    private CorpusRecord Parse(ReadOnlySpan<byte> bytes)
    {
        string line = _line.ToString(CultureInfo.InvariantCulture);
        if (_splitter.Length > maxRecordBytes)
            return Bad(line, ErrorCodes.TooLong, $"The record has {_splitter.Length} bytes; the limit is {maxRecordBytes}.");
        bytes = bytes.TrimEnd("\r\n"u8);
        if (!Utf8.IsValid(bytes)) return Bad(line, ErrorCodes.InvalidUtf8, "The record is not valid UTF-8.");
        var parsed = _parser.Parse(bytes);
        string id = parsed.Id ?? line;
        if (parsed.ErrorCode is { } code) return Bad(id, code, parsed.ErrorMessage!);
        if (string.IsNullOrWhiteSpace(parsed.Text)) return Bad(id, ErrorCodes.EmptyText, "The text is empty.");
        return new CorpusRecord(_ordinal++, id, _line, parsed.Text, parsed.TextPair, null);
    }

    private CorpusRecord Bad(string id, string code, string message) =>
        new(_ordinal++, id, _line, null, null, new RecordError(code, message, _line));
}
