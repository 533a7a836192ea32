using System.Runtime.CompilerServices;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Reads the records of a range. A bad record is a row with an error; only reading itself can fail.</summary>
public static class CorpusReader
{
    /// <summary>Parses every record of a range in order; at most one record is in memory.</summary>
    /// <param name="range">The bytes of a <see cref="ShardRange"/>, from its first to its last.</param>
    /// <param name="schema">Where the parts of a record stand; for CSV with the header.</param>
    /// <param name="firstOrdinal"><see cref="ShardRange.FirstOrdinal"/>.</param>
    /// <param name="firstLine"><see cref="ShardRange.FirstLine"/>.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="ArgumentException">The schema cannot be used: CSV without header, text with pairs.</exception>
    /// <exception cref="CorpusFormatException">The header in the schema cannot be read.</exception>
    public static IAsyncEnumerable<CorpusRecord> ReadAsync(
        Stream range, RecordSchema schema, long firstOrdinal, long firstLine, CancellationToken cancellationToken = default) =>
        ReadAsync(range, schema, firstOrdinal, firstLine, CorpusLimits.ReadBufferBytes, cancellationToken);

    internal static IAsyncEnumerable<CorpusRecord> ReadAsync(
        Stream range, RecordSchema schema, long firstOrdinal, long firstLine, int bufferBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(range);
        ArgumentNullException.ThrowIfNull(schema);
        var (parser, cutter) = (RecordParser.For(schema), new RecordCutter(schema.Format));
        return Read(range, parser, cutter, firstOrdinal, firstLine, bufferBytes, cancellationToken);
    }

    private static async IAsyncEnumerable<CorpusRecord> Read(
        Stream range, RecordParser parser, RecordCutter cutter, long ordinal, long line, int bufferBytes,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var window = new RecordWindow(bufferBytes);
        for (var more = true; more;)
        {
            more = await window.FillAsync(range, cancellationToken);
            while (window.TryTake(cutter, atEnd: !more))
            {
                if (cutter.IsRecord)
                {
                    yield return window.Overflowed ? RecordParser.TooLong(ordinal, line) : parser.Parse(window.Record, ordinal, line);
                    ordinal++;
                }
                line += cutter.Lines;
                cutter.Reset();
            }
        }
    }
}
