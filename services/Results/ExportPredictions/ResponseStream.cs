namespace BatchInfer.Results.ExportPredictions;

/// <summary>
/// For a library that needs to know its position and writes and flushes synchronously, over a response, which does neither: what
/// is written so is kept until the next asynchronous write or flush. Leaves the stream below open.
/// </summary>
internal sealed class ResponseStream(Stream target) : Stream
{
    private readonly MemoryStream _kept = new();
    private long _written;

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => _written;

    public override long Position
    {
        get => _written;
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
        // Nothing that could be written now: the next asynchronous call does.
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await WriteKeptAsync(cancellationToken);
        await target.FlushAsync(cancellationToken);
    }

    public override void Write(byte[] buffer, int offset, int count)
    {
        _kept.Write(buffer, offset, count);
        _written += count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await WriteKeptAsync(cancellationToken);
        await target.WriteAsync(buffer, cancellationToken);
        _written += buffer.Length;
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask WriteKeptAsync(CancellationToken ct)
    {
        if (_kept.Length == 0) return;
        await target.WriteAsync(_kept.GetBuffer().AsMemory(0, (int)_kept.Length), ct);
        _kept.SetLength(0);
    }
}
