using System.Numerics;
using BatchInfer.Contracts;

namespace BatchInfer.Worker;

/// <summary>Counts rows by their length, in powers of two.</summary>
internal sealed class LengthTally
{
    private readonly LengthBucket?[] _buckets = new LengthBucket?[32];

    public void Add(int tokens, int paddedTokens)
    {
        int power = tokens <= 1 ? 0 : BitOperations.Log2((uint)(tokens - 1)) + 1;
        var known = _buckets[power] ?? new LengthBucket(1 << Math.Min(power, 30), 0, 0, 0);
        _buckets[power] = known with { Records = known.Records + 1, Tokens = known.Tokens + tokens, PaddedTokens = known.PaddedTokens + paddedTokens };
    }

    public IReadOnlyList<LengthBucket> Buckets() => [.. _buckets.OfType<LengthBucket>()];
}
