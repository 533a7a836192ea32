using System.Buffers;

namespace BatchInfer.Inference;

/// <summary>A few values of pooled memory for the length of a call.</summary>
internal readonly ref struct PooledSpan<T>(int length) : IDisposable
    where T : unmanaged
{
    private readonly T[] _items = ArrayPool<T>.Shared.Rent(length);

    public Span<T> Span => _items.AsSpan(0, length);

    public void Dispose() => ArrayPool<T>.Shared.Return(_items);
}
