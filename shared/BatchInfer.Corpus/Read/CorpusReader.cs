using System.Runtime.CompilerServices;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Parses the records of a byte range. A bad record comes out with its error; it never ends the reading.</summary>
public static class CorpusReader
{
#if DEBUG
    // Small, so that records always span reads in tests.
    private const int BufferBytes = 64;
#else
    private const int BufferBytes = 128 * 1024;
#endif

    /// <summary>Bytes of one record at most; a longer one is an error row, read past without being kept.</summary>
    public const int MaxRecordBytes = 16 << 20;

    /// <summary>Reads a range's records, in order.</summary>
    /// <param name="range">The bytes of the range, and no more.</param>
    /// <param name="schema">Where the parts of a record stand.</param>
    /// <param name="firstOrdinal">Ordinal of the first record.</param>
    /// <param name="firstLine">Line number of the first byte.</param>
    /// <param name="ct">Cancels.</param>
    public static async IAsyncEnumerable<CorpusRecord> ReadAsync(
        Stream range, RecordSchema schema, long firstOrdinal, long firstLine, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(schema);
        var gatherer = new RecordGatherer(schema, firstOrdinal, firstLine, MaxRecordBytes);
        var records = new List<CorpusRecord>();
        var buffer = new byte[BufferBytes];
        int read;
        while ((read = await range.ReadAsync(buffer, ct)) > 0)
        {
            gatherer.Advance(buffer.AsSpan(0, read), records);
            foreach (var record in records) yield return record;
            records.Clear();
        }

        if (gatherer.Finish() is { } last) yield return last;
    }

    /// <summary>Column names of a CSV header record.</summary>
    /// <exception cref="CorpusFormatException">It is not valid CSV.</exception>
    public static IReadOnlyList<string> CsvColumns(string header)
    {
        ArgumentNullException.ThrowIfNull(header);
        return CsvFields.Parse(header) ?? throw new CorpusFormatException("malformed_header", "The CSV header has a quote in a wrong place.");
    }
}
