using System.Numerics;

namespace BatchInfer.Inference;

/// <summary>Which pairs of tokens BPE merges, in which order, to what.</summary>
internal sealed class MergeTable
{
    private readonly Entry[] _entries;
    private readonly int _shift;

    /// <param name="merges">Left, right and merged token, the first to be merged first; of the same pair the last counts.</param>
    public MergeTable(IReadOnlyList<(int Left, int Right, int Merged)> merges)
    {
        int bits = Math.Max(4, BitOperations.Log2((uint)merges.Count + 1) + 2);
        _entries = new Entry[1 << bits];
        _shift = 64 - bits;
        for (int rank = 0; rank < merges.Count; rank++)
        {
            var (left, right, merged) = merges[rank];
            _entries[Find(Key(left, right))] = new Entry(Key(left, right), rank, merged);
        }
    }

    /// <summary>Rank of a pair (lower goes first) and what it becomes.</summary>
    public bool TryGet(int left, int right, out int rank, out int merged)
    {
        ulong key = Key(left, right);
        ref readonly var entry = ref _entries[Find(key)];
        (rank, merged) = (entry.Rank, entry.Merged);
        return entry.Key == key;
    }

    private int Find(ulong key)
    {
        int slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_entries[slot].Key != 0 && _entries[slot].Key != key) slot = (slot + 1) & (_entries.Length - 1);
        return slot;
    }

    // Never 0, which marks a free slot.
    private static ulong Key(int left, int right) => ((ulong)(uint)(left + 1) << 32) | (uint)right;

    private readonly record struct Entry(ulong Key, int Rank, int Merged);
}
