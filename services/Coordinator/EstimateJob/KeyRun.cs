using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>Reads one sorted run of keys from disk.</summary>
internal sealed class KeyRun(SafeFileHandle file, long offset, int count, int bufferKeys)
{
    private readonly SizedKey[] _buffer = new SizedKey[Math.Min(bufferKeys, count)];
    private int _next, _buffered;

    public SizedKey Current => _buffer[_next - 1];

    public bool MoveNext()
    {
        if (_next == _buffered && !Fill()) return false;
        _next++;
        return true;
    }

    private bool Fill()
    {
        (_next, _buffered) = (0, Math.Min(_buffer.Length, count));
        if (_buffered == 0) return false;
        var bytes = MemoryMarshal.AsBytes(_buffer.AsSpan(0, _buffered));
        while (bytes.Length > 0)
        {
            int read = RandomAccess.Read(file, bytes, offset);
            if (read == 0) throw new EndOfStreamException("The file of sorted keys is shorter than it was written.");
            offset += read;
            bytes = bytes[read..];
        }

        count -= _buffered;
        return true;
    }
}
