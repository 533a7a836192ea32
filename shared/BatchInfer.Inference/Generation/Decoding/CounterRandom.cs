using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace BatchInfer.Inference;

/// <summary>
/// Random numbers by place instead of by turn: the number of a step is a function of the seed, the input, the candidate and
/// the step alone, so that a record's text is the same in whatever batch, order and process it is written.
/// </summary>
internal readonly struct CounterRandom
{
    private readonly ulong _key;

    public CounterRandom(long seed, ReadOnlySpan<int> input, int candidate)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> head = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(head, seed);
        BinaryPrimitives.WriteInt32LittleEndian(head[8..], candidate);
        hash.AppendData(head);
        hash.AppendData(MemoryMarshal.AsBytes(input));
        _key = BinaryPrimitives.ReadUInt64LittleEndian(hash.GetHashAndReset());
    }

    /// <summary>The number of a step, in [0, 1), with 53 random bits.</summary>
    public double At(int step)
    {
        // SplitMix64's output function over a counter: each step's bits stand alone.
        ulong x = _key + (ulong)(step + 1) * 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return ((x ^ (x >> 31)) >> 11) * (1.0 / (1UL << 53));
    }
}
