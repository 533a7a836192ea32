using System.Runtime.InteropServices;

namespace BatchInfer.Worker;

/// <summary>A shard's records grouped by key: equal inputs are predicted once.</summary>
internal sealed class FoldedRecords
{
    private readonly int[] _order;
    private readonly int[] _starts;

    public FoldedRecords(List<ShardRecord> records)
    {
        var uniques = new Dictionary<Guid, int>(records.Count);
        var uniqueOf = new int[records.Count];
        for (int i = 0; i < records.Count; i++)
        {
            ref int unique = ref CollectionsMarshal.GetValueRefOrAddDefault(uniques, records[i].Key, out bool exists);
            if (!exists)
            {
                unique = Keys.Count;
                Keys.Add(records[i].Key);
            }

            uniqueOf[i] = unique;
        }

        // Counting sort: the records of one key stand together, in input order.
        _starts = new int[Keys.Count + 1];
        foreach (int unique in uniqueOf) _starts[unique + 1]++;
        for (int i = 0; i < Keys.Count; i++) _starts[i + 1] += _starts[i];
        _order = new int[records.Count];
        var next = _starts.AsSpan(0, Keys.Count).ToArray();
        for (int i = 0; i < uniqueOf.Length; i++) _order[next[uniqueOf[i]]++] = i;
    }

    /// <summary>The different keys, in the order of their first records.</summary>
    public List<Guid> Keys { get; } = [];

    /// <summary>Index of the first record of a key.</summary>
    public int First(int unique) => _order[_starts[unique]];

    /// <summary>Records of a key.</summary>
    public int Count(int unique) => _starts[unique + 1] - _starts[unique];

    /// <summary>Indexes of all records of a key, in input order.</summary>
    public ReadOnlySpan<int> Records(int unique) => _order.AsSpan(_starts[unique], Count(unique));
}
