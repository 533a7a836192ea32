using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Finds record boundaries in one pass over a corpus, in flat memory, however large the corpus or a record.</summary>
public static class RecordScanner
{
#if DEBUG
    // Small, so that records always span reads in tests.
    private const int BufferBytes = 256;
#else
    private const int BufferBytes = 1 << 20;
#endif
    private const int MaxHeaderBytes = 1 << 20;

    /// <summary>Finds where the records begin, and a CSV corpus's header.</summary>
    /// <param name="corpus">The whole corpus, seekable.</param>
    /// <param name="format">How its records are written.</param>
    /// <param name="ct">Cancels.</param>
    /// <exception cref="CorpusFormatException">It is UTF-16, or its header is no UTF-8 or too long.</exception>
    public static async Task<CorpusStart> ReadStartAsync(Stream corpus, RecordFormat format, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        var mark = new byte[3];
        corpus.Seek(0, SeekOrigin.Begin);
        int read = await corpus.ReadAtLeastAsync(mark, mark.Length, throwOnEndOfStream: false, ct);
        if (read >= 2 && (mark[0], mark[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
            throw new CorpusFormatException("unsupported_encoding", "The corpus is UTF-16. Convert it to UTF-8, e.g. iconv -f UTF-16 -t UTF-8 IN > OUT");
        int offset = read == 3 && mark.AsSpan().SequenceEqual(Encoding.UTF8.Preamble) ? 3 : 0;
        var start = new ScanPosition(offset, 0, 1);
        return format == RecordFormat.Csv ? await ReadHeaderAsync(corpus, start, ct) : new CorpusStart(start, null);
    }

    /// <summary>Cuts a corpus into ranges of whole records.</summary>
    /// <param name="corpus">The corpus, seekable.</param>
    /// <param name="format">How its records are written.</param>
    /// <param name="from">Where to begin: the start of the data, or behind a range returned before.</param>
    /// <param name="targetBytes">A range ends with the record that reaches this size.</param>
    /// <param name="maxRecords">A range ends with this many records at the latest.</param>
    /// <param name="ct">Cancels.</param>
    public static async IAsyncEnumerable<ShardRange> ScanAsync(
        Stream corpus, RecordFormat format, ScanPosition from, long targetBytes, int maxRecords, [EnumeratorCancellation] CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        corpus.Seek(from.Offset, SeekOrigin.Begin);
        var cutter = new RangeCutter(format, from, targetBytes, maxRecords);
        var ranges = new List<ShardRange>();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        try
        {
            int read;
            while ((read = await corpus.ReadAsync(buffer.AsMemory(0, BufferBytes), ct)) > 0)
            {
                cutter.Advance(buffer.AsSpan(0, read), ranges);
                foreach (var range in ranges) yield return range;
                ranges.Clear();
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }

        if (cutter.Finish() is { } last) yield return last;
    }

    private static async Task<CorpusStart> ReadHeaderAsync(Stream corpus, ScanPosition start, CancellationToken ct)
    {
        corpus.Seek(start.Offset, SeekOrigin.Begin);
        var splitter = new RecordSplitter(RecordFormat.Csv);
        var header = new MemoryStream();
        var buffer = new byte[4096];
        long line = start.Line;
        int read;
        while ((read = await corpus.ReadAsync(buffer, ct)) > 0)
        {
            for (int at = 0; at < read;)
            {
                int passed = splitter.Advance(buffer.AsSpan(at, read - at), out bool ended);
                header.Write(buffer, at, passed);
                at += passed;
                if (header.Length > MaxHeaderBytes) throw new CorpusFormatException("malformed_header", $"The CSV header is longer than {MaxHeaderBytes} bytes. Is a quote left open?");
                if (!ended) continue;
                line += splitter.Lines;
                if (splitter.IsRecord) return Result();
                // Blank lines may stand before the header.
                start = start with { Offset = start.Offset + header.Length };
                header.SetLength(0);
                splitter.Reset();
            }
        }

        return Result();

        CorpusStart Result() => new(new ScanPosition(start.Offset + header.Length, 0, line), Text(header.ToArray()));
    }

    private static string Text(byte[] header)
    {
        try
        {
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(header).TrimEnd('\r', '\n');
        }
        catch (DecoderFallbackException e)
        {
            throw new CorpusFormatException("malformed_header", "The CSV header is not valid UTF-8.", e);
        }
    }
}
