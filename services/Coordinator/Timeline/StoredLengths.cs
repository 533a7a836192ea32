using System.Globalization;
using BatchInfer.Contracts;

namespace BatchInfer.Coordinator.Timeline;

/// <summary>
/// Lengths of a shard's records in a column, <c>16:120:1500:1520 32:…</c>: longest length, records, tokens, tokens with padding. A
/// hundred thousand of them are read for one timeline.
/// </summary>
internal static class StoredLengths
{
    // Powers of two: a message that says more is not from a worker.
    private const int MaxBuckets = 32;

    public static string? Write(IReadOnlyList<LengthBucket>? lengths) => lengths is null or { Count: 0 or > MaxBuckets } ? null
        : string.Join(' ', lengths.Select(b => string.Create(CultureInfo.InvariantCulture, $"{b.UpTo}:{b.Records}:{b.Tokens}:{b.PaddedTokens}")));

    public static List<LengthBucket> Read(string? stored)
    {
        var lengths = new List<LengthBucket>();
        Span<long> numbers = stackalloc long[4];
        foreach (var bucket in stored.AsSpan().Split(' '))
        {
            int count = 0;
            var text = stored.AsSpan()[bucket];
            foreach (var part in text.Split(':'))
            {
                if (count == numbers.Length || !long.TryParse(text[part], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[count])) return [];
                count++;
            }

            if (count < numbers.Length) return [];
            lengths.Add(new LengthBucket((int)numbers[0], numbers[1], numbers[2], numbers[3]));
        }

        return lengths;
    }
}
