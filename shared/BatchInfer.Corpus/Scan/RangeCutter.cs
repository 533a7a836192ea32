using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Gathers records into ranges of about equal size.</summary>
internal sealed class RangeCutter(RecordFormat format, ScanPosition from, long targetBytes, int maxRecords)
{
    private RecordSplitter _splitter = new(format);
    private ScanPosition _start = from;
    private ScanPosition _end = from;
    private int _records;

    /// <summary>Takes the next bytes and adds the ranges that end in them.</summary>
    public void Advance(ReadOnlySpan<byte> data, List<ShardRange> ranges)
    {
        while (!data.IsEmpty)
        {
            data = data[_splitter.Advance(data, out bool ended)..];
            if (!ended) return;
            EndRecord();
            if (_records > 0 && (_end.Offset - _start.Offset >= targetBytes || _records == maxRecords)) ranges.Add(Cut());
        }
    }

    /// <summary>The range behind the last one, if a record is left for it.</summary>
    public ShardRange? Finish()
    {
        EndRecord();
        return _records > 0 ? Cut() : null;
    }

    private void EndRecord()
    {
        if (_splitter.IsRecord) _records++;
        _end = new ScanPosition(_end.Offset + _splitter.Length, _start.Ordinal + _records, _end.Line + _splitter.Lines);
        _splitter.Reset();
    }

    private ShardRange Cut()
    {
        var range = new ShardRange(_start.Offset, _end.Offset - _start.Offset, _start.Ordinal, _start.Line, _records, _end.Line);
        (_start, _records) = (_end, 0);
        return range;
    }
}
