using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>
/// A part of an object as a stream that can be read from anywhere: asked for window by window, the larger the longer it is read on, and
/// asked again where an answer broke off.
/// </summary>
internal sealed class ObjectStream(
    IObjectStore store, ObjectAddress address, CorpusVersion version, long start, long length, long firstWindow, TimeProvider time) : Stream
{
    private const long LargestWindow = 64L << 20;
    private const int Tries = 5;

    // A server that sends nothing for so long is taken for gone.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(200);

    private Stream? _window;
    private long _position;
    private long _windowEnd;
    private long _nextWindow;

    public override bool CanRead => true;
    public override bool CanSeek => true;
    public override bool CanWrite => false;
    public override long Length => length;

    public override long Position { get => _position; set => Seek(value, SeekOrigin.Begin); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (buffer.IsEmpty || _position >= length) return 0;
        for (int tried = 1; ; tried++)
        {
            try
            {
                var read = await ReadWindowAsync(buffer, cancellationToken);
                _position += read;
                return read;
            }
            catch (Exception e) when (tried < Tries && MayPass(e) && !cancellationToken.IsCancellationRequested)
            {
                Drop();
                await Task.Delay(ShortestPause * (1 << (tried - 1)), time, cancellationToken);
            }
            catch (Exception e) when (!cancellationToken.IsCancellationRequested && e is not ObjectStorageException && MayPass(e))
            {
                throw ObjectStorageException.Unavailable(address, e.Message, e);
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Read it asynchronously.");

    public override long Seek(long offset, SeekOrigin origin)
    {
        var target = origin switch { SeekOrigin.Begin => offset, SeekOrigin.Current => _position + offset, _ => length + offset };
        ArgumentOutOfRangeException.ThrowIfNegative(target, nameof(offset));
        if (target == _position) return target;
        Drop();
        (_position, _nextWindow) = (target, 0);
        return target;
    }

    public override void Flush() { }
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing) Drop();
        base.Dispose(disposing);
    }

    private static bool MayPass(Exception exception) => exception is ObjectStorageException fault
        ? fault.IsPassing
        : exception is IOException or HttpRequestException or TimeoutException or OperationCanceledException;

    private async Task<int> ReadWindowAsync(Memory<byte> buffer, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        if (_window is null || _position == _windowEnd)
        {
            Drop();
            _nextWindow = Math.Max(_nextWindow, firstWindow);
            var bytes = Math.Min(_nextWindow, length - _position);
            // Opening has the time-outs and tries of its client.
            _window = await store.OpenAsync(address, version, start + _position, bytes, ct);
            _windowEnd = _position + bytes;
            _nextWindow = Math.Max(_nextWindow, Math.Min(_nextWindow * 2, LargestWindow));
        }

        patience.CancelAfter(Patience);
        return await _window.ReadAsync(buffer, patience.Token);
    }

    private void Drop()
    {
        _window?.Dispose();
        _window = null;
    }
}
