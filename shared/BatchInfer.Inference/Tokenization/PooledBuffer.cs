using System.Buffers;

namespace BatchInfer.Inference;

/// <summary>A growing buffer over pooled memory. Whoever creates it disposes it.</summary>
internal sealed class PooledBuffer<T> : IDisposable
    where T : unmanaged
{
#if DEBUG
    // Tiny in Debug, so that growing is what every test does.
    private const int InitialSize = 2;
#else
    private const int InitialSize = 1024;
#endif
    private T[] _items = ArrayPool<T>.Shared.Rent(InitialSize);

    public int Count { get; private set; }

    public ReadOnlySpan<T> Span => _items.AsSpan(0, Count);

    public Span<T> MutableSpan => _items.AsSpan(0, Count);

    public void Clear() => Count = 0;

    /// <summary>Forgets the last items, down to a count.</summary>
    public void Truncate(int count) => Count = Math.Min(Count, count);

    public void Append(T item)
    {
        if (Count == _items.Length) Grow(1);
        _items[Count++] = item;
    }

    public void Append(ReadOnlySpan<T> items)
    {
        if (_items.Length - Count < items.Length) Grow(items.Length);
        items.CopyTo(_items.AsSpan(Count));
        Count += items.Length;
    }

    public void Fill(T item, int count)
    {
        if (_items.Length - Count < count) Grow(count);
        _items.AsSpan(Count, count).Fill(item);
        Count += count;
    }

    public void Dispose()
    {
        if (_items.Length > 0) ArrayPool<T>.Shared.Return(_items);
        _items = [];
        Count = 0;
    }

    private void Grow(int by)
    {
        var larger = ArrayPool<T>.Shared.Rent(Math.Max(checked(Count + by), Math.Min(Array.MaxLength, 2 * Math.Max(1, _items.Length))));
        Span.CopyTo(larger);
        if (_items.Length > 0) ArrayPool<T>.Shared.Return(_items);
        _items = larger;
    }
}
