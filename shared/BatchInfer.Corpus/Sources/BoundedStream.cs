namespace BatchInfer.Corpus;

/// <summary>The next bytes of another stream, so many and no fewer.</summary>
internal sealed class BoundedStream(Stream inner, long length, Uri uri, IDisposable? owner) : Stream
{
    private long _left = length;

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count)
    {
        ValidateBufferArguments(buffer, offset, count);
        return Read(buffer.AsSpan(offset, count));
    }

    public override int Read(Span<byte> buffer)
    {
        var wanted = (int)Math.Min(buffer.Length, _left);
        return wanted == 0 ? 0 : Count(inner.Read(buffer[..wanted]));
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
    {
        ValidateBufferArguments(buffer, offset, count);
        return ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, _left);
        return wanted == 0 ? 0 : Count(await inner.ReadAsync(buffer[..wanted], cancellationToken));
    }

    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            inner.Dispose();
            owner?.Dispose();
        }
        base.Dispose(disposing);
    }

    private int Count(int read)
    {
        // Silence here would turn a cut-off answer into fewer records.
        if (read == 0)
            throw new EndOfStreamException(
                $"The corpus '{uri.AbsolutePath}' ended {_left} bytes before the end of the range. Was it replaced?");
        _left -= read;
        return read;
    }
}
