using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Unicode;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Finds record boundaries without reading records. Memory stays flat however large the corpus or a record is.</summary>
public static class RecordScanner
{
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads what stands before the first record: a byte order mark and, in CSV, the header.</summary>
    /// <param name="corpus">The corpus from its first byte; a seekable stream is set to it. Read beyond the result's position.</param>
    /// <param name="format">How records are written.</param>
    /// <param name="cancellationToken">Stops reading.</param>
    /// <exception cref="CorpusFormatException">A CSV corpus has no header or one that cannot be read, or the corpus is UTF-16.</exception>
    public static async Task<CorpusStart> ReadStartAsync(Stream corpus, RecordFormat format, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        if (corpus.CanSeek) corpus.Seek(0, SeekOrigin.Begin);
        var wanted = format == RecordFormat.Csv ? 4096 : ByteOrderMark.Length;
        var bytes = new byte[wanted];
        var length = await corpus.ReadAtLeastAsync(bytes, wanted, throwOnEndOfStream: false, cancellationToken);
        if (length >= 2 && (bytes[0], bytes[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
            throw new CorpusFormatException(
                CorpusErrorCodes.UnsupportedEncoding, "The corpus is UTF-16. Convert it to UTF-8, e.g. iconv -f UTF-16 -t UTF-8 IN > OUT");
        var mark = bytes.AsSpan(0, length).StartsWith(ByteOrderMark) ? ByteOrderMark.Length : 0;
        if (format != RecordFormat.Csv) return new CorpusStart(new ScanPosition(mark, 0, 1), null);

        var header = new HeaderFinder(mark);
        while (!header.Find(bytes.AsSpan(0, length), atEnd: length < bytes.Length))
        {
            if (length < bytes.Length)
                throw new CorpusFormatException(
                    CorpusErrorCodes.MissingHeader, "The CSV file has no header. Its first line must name the columns.");
            if (length > 2 * CorpusLimits.MaxHeaderBytes) throw TooLongHeader(header.Line);
            Array.Resize(ref bytes, bytes.Length * 2);
            var room = bytes.AsMemory(length);
            length += await corpus.ReadAtLeastAsync(room, room.Length, throwOnEndOfStream: false, cancellationToken);
        }
        var text = Decode(bytes.AsSpan(header.Start..header.End), header.Line);
        return new CorpusStart(new ScanPosition(header.End, 0, header.NextLine), text);
    }

    /// <summary>Cuts the records from a position to the end into ranges.</summary>
    /// <param name="corpus">The corpus. A seekable stream is set to the position, any other must stand there.</param>
    /// <param name="format">How records are written.</param>
    /// <param name="from">Where to begin: <see cref="CorpusStart.Data"/>, or <see cref="ShardRange.Next"/> of any range.</param>
    /// <param name="targetBytes">A range ends with the record that brings it to this many bytes.</param>
    /// <param name="maxRecords">A range ends with this many records at the latest.</param>
    /// <param name="cancellationToken">Stops the scan.</param>
    /// <returns>Ranges in order; none has zero records.</returns>
    public static IAsyncEnumerable<ShardRange> ScanAsync(
        Stream corpus, RecordFormat format, ScanPosition from, long targetBytes, int maxRecords,
        CancellationToken cancellationToken = default) =>
        ScanAsync(corpus, format, from, targetBytes, maxRecords, CorpusLimits.ScanBufferBytes, cancellationToken);

    internal static IAsyncEnumerable<ShardRange> ScanAsync(
        Stream corpus, RecordFormat format, ScanPosition from, long targetBytes, int maxRecords, int bufferBytes,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(targetBytes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maxRecords);
        ArgumentOutOfRangeException.ThrowIfNegative(from.Offset, nameof(from));
        return Scan(corpus, new RangeCutter(format, from, targetBytes, maxRecords), from.Offset, bufferBytes, cancellationToken);
    }

    private static async IAsyncEnumerable<ShardRange> Scan(
        Stream corpus, RangeCutter cutter, long offset, int bufferBytes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (corpus.CanSeek) corpus.Seek(offset, SeekOrigin.Begin);
        var buffer = ArrayPool<byte>.Shared.Rent(bufferBytes);
        try
        {
            ShardRange range;
            int length;
            while ((length = await corpus.ReadAsync(buffer.AsMemory(0, bufferBytes), cancellationToken)) > 0)
                for (var position = 0; position < length;)
                {
                    var full = cutter.Advance(buffer.AsSpan(position, length - position), out var taken, out range);
                    position += taken;
                    if (full) yield return range;
                }
            if (cutter.Finish(out range)) yield return range;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static string Decode(ReadOnlySpan<byte> piece, long line)
    {
        var header = LineEnds.Trim(piece);
        if (header.Length > CorpusLimits.MaxHeaderBytes) throw TooLongHeader(line);
        if (!Utf8.IsValid(header))
            throw new CorpusFormatException(
                CorpusErrorCodes.MalformedHeader, $"The CSV header in line {line} is not valid UTF-8. Save the file as UTF-8.");
        var text = Encoding.UTF8.GetString(header);
        _ = CsvHeader.Columns(text);
        return text;
    }

    private static CorpusFormatException TooLongHeader(long line) => new(
        CorpusErrorCodes.MalformedHeader,
        $"The CSV header in line {line} is longer than {CorpusLimits.MaxHeaderBytes:N0} bytes. Is a quote not closed, or the file no CSV?");

    /// <summary>Finds the first record of a CSV corpus in a buffer that grows.</summary>
    private sealed class HeaderFinder(int start)
    {
        private readonly RecordCutter _cutter = new(RecordFormat.Csv);
        private int _scanned = start;

        public int Start { get; private set; } = start;
        public int End => _scanned;
        public long Line { get; private set; } = 1;
        public long NextLine => Line + _cutter.Lines;

        public bool Find(ReadOnlySpan<byte> bytes, bool atEnd)
        {
            while (_scanned < bytes.Length)
            {
                _scanned += _cutter.Advance(bytes[_scanned..], out var ended);
                if (!ended) break;
                if (_cutter.IsRecord) return true;
                (Start, Line) = (_scanned, NextLine);
                _cutter.Reset();
            }
            return atEnd && _cutter.IsRecord;
        }
    }
}
