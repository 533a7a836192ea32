namespace BatchInfer.Corpus;

/// <summary>An upload with bytes put before and behind it, counting the upload's own.</summary>
internal sealed class SealedUpload(ReadOnlyMemory<byte> head, Stream upload, ReadOnlyMemory<byte> seal) : Stream
{
    private ReadOnlyMemory<byte> _head = head;
    private ReadOnlyMemory<byte> _seal = seal;

    /// <summary>Bytes read of the upload so far, those put before it included.</summary>
    public long UploadBytes { get; private set; }

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int length;
        if (!_head.IsEmpty)
        {
            length = Take(ref _head, buffer.Span);
            UploadBytes += length;
            return length;
        }
        length = await upload.ReadAsync(buffer, cancellationToken);
        UploadBytes += length;
        return length > 0 ? length : Take(ref _seal, buffer.Span);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Take(ref ReadOnlyMemory<byte> bytes, Span<byte> buffer)
    {
        var length = Math.Min(bytes.Length, buffer.Length);
        bytes.Span[..length].CopyTo(buffer);
        bytes = bytes[length..];
        return length;
    }
}
