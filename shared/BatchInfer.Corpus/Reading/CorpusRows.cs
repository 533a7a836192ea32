using System.Runtime.CompilerServices;
using System.Text.Unicode;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Reads records whole, with every column they have, where <see cref="CorpusReader"/> reads the parts that are predicted.</summary>
public static class CorpusRows
{
    /// <summary>Reads every record in order; at most one is in memory.</summary>
    /// <param name="corpus">The corpus from the first byte of a record on.</param>
    /// <param name="format">How records are written.</param>
    /// <param name="firstOrdinal">Ordinal of the first record.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    public static async IAsyncEnumerable<CorpusRow> ReadAsync(
        Stream corpus, RecordFormat format, long firstOrdinal, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var cutter = new RecordCutter(format);
        using var window = new RecordWindow(CorpusLimits.ReadBufferBytes);
        long ordinal = firstOrdinal;
        for (var more = true; more;)
        {
            more = await window.FillAsync(corpus, cancellationToken);
            while (window.TryTake(cutter, atEnd: !more))
            {
                if (cutter.IsRecord) yield return new CorpusRow(ordinal++, window.Overflowed ? default : window.Record);
                cutter.Reset();
            }
        }
    }

    /// <summary>The fields of a CSV record in order, or null when it cannot be read.</summary>
    public static IReadOnlyList<string>? CsvFieldsOf(ReadOnlySpan<byte> record)
    {
        if (!Utf8.IsValid(record)) return null;
        var texts = new List<string>();
        var fields = new CsvFields(record);
        while (fields.MoveNext()) texts.Add(fields.Text);
        return fields.Fault is null ? texts : null;
    }
}
