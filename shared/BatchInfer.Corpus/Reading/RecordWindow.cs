using System.Buffers;

namespace BatchInfer.Corpus;

/// <summary>
/// The part of a range that is in memory: the record under way and what was read ahead of it. Grows with the record up
/// to the limit of a record; what is longer is passed over without being kept.
/// </summary>
internal sealed class RecordWindow(int initialBytes) : IDisposable
{
    // With its line end a record may have two bytes more than the limit; with a third it is too long for certain.
    private const int MaxPieceBytes = CorpusLimits.MaxRecordBytes + 2;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(initialBytes);
    private int _capacity = initialBytes;
    private int _start;
    private int _scanned;
    private int _end;
    private bool _dropped;
    private bool _taken;

    /// <summary>The record that was taken, without its line end; valid until the next call.</summary>
    public ReadOnlyMemory<byte> Record { get; private set; }

    /// <summary>Whether the record that was taken is too long and so not in <see cref="Record"/>.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Reads on behind what is there.</summary>
    /// <returns>False at the end of the stream.</returns>
    public async ValueTask<bool> FillAsync(Stream stream, CancellationToken cancellationToken)
    {
        MakeRoom();
        var length = await stream.ReadAsync(_buffer.AsMemory(_end, _capacity - _end), cancellationToken);
        _end += length;
        return length > 0;
    }

    /// <summary>Takes the next record or blank line.</summary>
    /// <returns>False when its end is not in memory.</returns>
    public bool TryTake(RecordCutter cutter, bool atEnd)
    {
        if (_taken) (_start, _dropped, _taken) = (_scanned, false, false);
        var ended = false;
        if (_scanned < _end) _scanned += cutter.Advance(_buffer.AsSpan(_scanned, _end - _scanned), out ended);
        if (!ended && !(atEnd && (_scanned > _start || _dropped))) return false;

        var piece = _buffer.AsMemory(_start, _scanned - _start);
        Record = piece[..LineEnds.TrimmedLength(piece.Span)];
        Overflowed = _dropped;
        _taken = true;
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
    }

    private void MakeRoom()
    {
        if (_dropped || _end - _start > MaxPieceBytes)
        {
            _dropped = true;
            (_start, _scanned, _end) = (0, 0, 0);
            return;
        }
        if (_start > 0)
        {
            _buffer.AsSpan(_start.._end).CopyTo(_buffer);
            (_start, _scanned, _end) = (0, _scanned - _start, _end - _start);
        }
        if (_end < _capacity) return;
        _capacity *= 2;
        var larger = ArrayPool<byte>.Shared.Rent(_capacity);
        _buffer.AsSpan(0, _end).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
