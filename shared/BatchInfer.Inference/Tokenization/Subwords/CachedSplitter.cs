using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BatchInfer.Inference;

/// <summary>Remembers the tokens of words, of which a text has the same ones again and again.</summary>
internal sealed class CachedSplitter(ISubwordSplitter inner) : ISubwordSplitter
{
    // A few megabytes at most. Longer words hardly come back; when it is full it begins anew, since what is frequent is soon back.
    private const int MaxWordLength = 48, MaxEntries = 1 << 16, MaxCharacters = 1 << 20, MaxTokens = 1 << 19;

    // Differs from process to process, so that no text can be made whose words all fall together.
    private static readonly ulong Seed = (ulong)Random.Shared.NextInt64() | 1;

    private readonly PooledBuffer<char> _words = new();
    private readonly SubwordList _tokens = new();
    private Entry[] _table = new Entry[1 << 10];
    private int _count;

    public void Split(ReadOnlySpan<char> word, SubwordList into)
    {
        if (word.Length > MaxWordLength)
        {
            inner.Split(word, into);
            return;
        }

        uint hash = Hash(word);
        int slot = Find(word, hash);
        if (_table[slot].WordLength == 0) slot = Add(word, hash, slot);
        ref readonly var entry = ref _table[slot];
        into.Append(_tokens, entry.FirstToken, entry.TokenCount);
    }

    public void Dispose()
    {
        inner.Dispose();
        _words.Dispose();
        _tokens.Dispose();
    }

    private int Add(ReadOnlySpan<char> word, uint hash, int slot)
    {
        if (_count >= MaxEntries || _words.Count + word.Length > MaxCharacters || _tokens.Count > MaxTokens)
        {
            Array.Clear(_table);
            _words.Clear();
            _tokens.Clear();
            _count = 0;
            slot = Find(word, hash);
        }
        else if (2 * _count >= _table.Length)
        {
            Grow();
            slot = Find(word, hash);
        }

        int first = _tokens.Count;
        inner.Split(word, _tokens);
        _table[slot] = new Entry(hash, _words.Count, word.Length, first, _tokens.Count - first);
        _words.Append(word);
        _count++;
        return slot;
    }

    private void Grow()
    {
        var old = _table;
        _table = new Entry[2 * old.Length];
        foreach (var entry in old)
        {
            if (entry.WordLength == 0) continue;
            int slot = (int)(entry.Hash & (uint)(_table.Length - 1));
            while (_table[slot].WordLength != 0) slot = (slot + 1) & (_table.Length - 1);
            _table[slot] = entry;
        }
    }

    private int Find(ReadOnlySpan<char> word, uint hash)
    {
        int mask = _table.Length - 1, slot = (int)(hash & (uint)mask);
        for (; ; slot = (slot + 1) & mask)
        {
            ref readonly var entry = ref _table[slot];
            if (entry.WordLength == 0) return slot;
            if (entry.Hash == hash && entry.WordLength == word.Length && _words.Span.Slice(entry.Word, word.Length).SequenceEqual(word)) return slot;
        }
    }

    private static uint Hash(ReadOnlySpan<char> word)
    {
        ulong hash = Seed + (ulong)word.Length;
        ref byte bytes = ref Unsafe.As<char, byte>(ref MemoryMarshal.GetReference(word));
        int at = 0;
        for (; at + 4 <= word.Length; at += 4) hash = Mix(hash, Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref bytes, 2 * at)));
        ulong rest = 0;
        for (; at < word.Length; at++) rest = (rest << 16) | word[at];
        hash = Mix(hash, rest);
        return (uint)(hash ^ (hash >> 32));
    }

    private static ulong Mix(ulong hash, ulong value)
    {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15;
        return hash ^ (hash >> 29);
    }

    // A length of 0 marks a free slot: there are no empty words.
    private readonly record struct Entry(uint Hash, int Word, int WordLength, int FirstToken, int TokenCount);
}
