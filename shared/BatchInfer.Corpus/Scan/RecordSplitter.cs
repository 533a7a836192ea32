using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>
/// Finds where records end. Scanner and reader both split by it, so they cannot disagree on what a record is. Bytes may
/// come in pieces of any size; no byte is kept.
/// </summary>
internal struct RecordSplitter(RecordFormat format)
{
    private enum CsvState
    {
        FieldStart,
        Unquoted,
        Quoted,
        QuoteInQuoted,
    }

    private CsvState _csv;

    /// <summary>The bytes so far hold more than white space: at its end they are a record.</summary>
    public bool HasContent { get; private set; }

    /// <summary>Bytes seen since the last record's end.</summary>
    public long Length { get; private set; }

    /// <summary>Line ends seen since the last record's end.</summary>
    public int Lines { get; private set; }

    /// <summary>Whether what was seen counts as a record when it ends here. In a text corpus an empty line does.</summary>
    public readonly bool IsRecord => HasContent || (format == RecordFormat.Text && Length > 0);

    /// <summary>Moves on to the end of the record, behind its line end, or through all of <paramref name="data"/>.</summary>
    /// <returns>Bytes passed; <paramref name="ended"/> tells whether the record ended there.</returns>
    public int Advance(ReadOnlySpan<byte> data, out bool ended)
    {
        int end = format == RecordFormat.Csv ? AdvanceCsv(data) : data.IndexOf((byte)'\n');
        ended = end >= 0;
        int passed = ended ? end + 1 : data.Length;
        // White space and control characters: no text starts below the space.
        if (!HasContent) HasContent = data[..passed].IndexOfAnyExceptInRange((byte)0, (byte)' ') >= 0;
        if (ended) Lines++;
        Length += passed;
        return passed;
    }

    /// <summary>Begins the next record.</summary>
    public void Reset() => (_csv, HasContent, Length, Lines) = (CsvState.FieldStart, false, 0, 0);

    private int AdvanceCsv(ReadOnlySpan<byte> data)
    {
        int at = 0;
        while (at < data.Length)
        {
            byte b = data[at];
            switch (_csv)
            {
                case CsvState.FieldStart:
                    if (b == '\n') return at;
                    if (b != ',') _csv = b == '"' ? CsvState.Quoted : CsvState.Unquoted;
                    at++;
                    break;
                case CsvState.Unquoted:
                    int stop = data[at..].IndexOfAny((byte)',', (byte)'\n');
                    if (stop < 0) return -1;
                    at += stop;
                    if (data[at] == '\n') return at;
                    _csv = CsvState.FieldStart;
                    at++;
                    break;
                case CsvState.Quoted:
                    int quote = data[at..].IndexOf((byte)'"');
                    var inside = quote < 0 ? data[at..] : data.Slice(at, quote);
                    Lines += inside.Count((byte)'\n');
                    if (quote < 0) return -1;
                    at += quote + 1;
                    _csv = CsvState.QuoteInQuoted;
                    break;
                default:
                    if (b == '\n') return at;
                    // A doubled quote stands for one; anything else but a comma is bad data that the reader reports.
                    _csv = b switch { (byte)'"' => CsvState.Quoted, (byte)',' => CsvState.FieldStart, _ => CsvState.Unquoted };
                    at++;
                    break;
            }
        }

        return -1;
    }
}
