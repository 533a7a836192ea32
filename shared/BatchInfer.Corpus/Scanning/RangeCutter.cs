using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Gathers records into ranges.</summary>
internal sealed class RangeCutter(RecordFormat format, ScanPosition from, long targetBytes, int maxRecords)
{
    private readonly RecordCutter _cutter = new(format);
    private ScanPosition _start = from;
    private long _offset = from.Offset;
    private long _line = from.Line;
    private int _records;
    private bool _inPiece;

    /// <summary>Takes bytes until a range is full.</summary>
    /// <returns>True when <paramref name="range"/> is full; false when all bytes were taken before.</returns>
    public bool Advance(ReadOnlySpan<byte> bytes, out int taken, out ShardRange range)
    {
        taken = 0;
        while (taken < bytes.Length)
        {
            var length = _cutter.Advance(bytes[taken..], out var ended);
            taken += length;
            _offset += length;
            _inPiece = !ended;
            if (!ended) break;

            // Behind a blank line nothing is cut: where ranges end must not depend on where a scan began.
            if (EndPiece() && (_records == maxRecords || _offset - _start.Offset >= targetBytes))
            {
                range = Cut();
                return true;
            }
        }
        range = default;
        return false;
    }

    /// <summary>Ends the corpus.</summary>
    /// <returns>True when records were left.</returns>
    public bool Finish(out ShardRange range)
    {
        if (_inPiece) EndPiece();
        _inPiece = false;
        range = _records > 0 ? Cut() : default;
        return range.RecordCount > 0;
    }

    private bool EndPiece()
    {
        var isRecord = _cutter.IsRecord;
        if (isRecord) _records++;
        _line += _cutter.Lines;
        _cutter.Reset();
        return isRecord;
    }

    private ShardRange Cut()
    {
        var range = new ShardRange(_start.Offset, _offset - _start.Offset, _start.Ordinal, _start.Line, _records, _line);
        _start = range.Next;
        _records = 0;
        return range;
    }
}
