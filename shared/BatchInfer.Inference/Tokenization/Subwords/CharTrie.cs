using System.Numerics;

namespace BatchInfer.Inference;

/// <summary>Tokens by their characters: finds all that a text begins with in one pass.</summary>
/// <remarks>All edges of all nodes stand in one hash table, so that a step costs one look into memory, whatever the alphabet.</remarks>
internal sealed class CharTrie
{
    /// <summary>The node of the empty text.</summary>
    public const int Root = 0;

    private readonly Edge[] _edges;
    private readonly int _shift;

    /// <param name="tokens">Tokens and their ids; of the same token the last id counts.</param>
    public CharTrie(IReadOnlyDictionary<string, int> tokens)
    {
        // No more edges than characters, in a table at most half full.
        long characters = tokens.Keys.Sum(t => (long)t.Length);
        int bits = Math.Max(4, BitOperations.Log2((ulong)characters) + 2);
        _edges = new Edge[1 << bits];
        _shift = 64 - bits;
        int nodes = 1;
        foreach (var (token, id) in tokens)
        {
            if (token.Length == 0) continue;
            int node = Root, slot = 0;
            foreach (char c in token)
            {
                slot = Find(node, c);
                if (_edges[slot].Target == 0) _edges[slot] = new Edge(Key(node, c), nodes++, -1);
                node = _edges[slot].Target;
            }

            _edges[slot] = _edges[slot] with { Id = id };
        }
    }

    /// <summary>Goes on by one character.</summary>
    /// <param name="node">The node to go on from; takes the one reached.</param>
    /// <param name="c">The character.</param>
    /// <param name="id">Id of the token that ends here, or -1.</param>
    /// <returns>False when no token goes on so.</returns>
    public bool TryStep(ref int node, char c, out int id)
    {
        ref readonly var edge = ref _edges[Find(node, c)];
        id = edge.Id;
        if (edge.Target == 0) return false;
        node = edge.Target;
        return true;
    }

    /// <summary>The node that a text leads to, or null when no token begins with it.</summary>
    public int? Node(ReadOnlySpan<char> text)
    {
        int node = Root;
        foreach (char c in text)
            if (!TryStep(ref node, c, out _)) return null;
        return node;
    }

    private int Find(int node, char c)
    {
        ulong key = Key(node, c);
        int slot = (int)((key * 0x9E3779B97F4A7C15) >> _shift);
        while (_edges[slot].Target != 0 && _edges[slot].Key != key) slot = (slot + 1) & (_edges.Length - 1);
        return slot;
    }

    private static ulong Key(int node, char c) => ((ulong)(uint)node << 16) | c;

    // A target of 0 marks a free slot: no edge leads to the root.
    private readonly record struct Edge(ulong Key, int Target, int Id);
}
