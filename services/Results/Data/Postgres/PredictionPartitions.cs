using System.Globalization;

namespace BatchInfer.Results.Data.Postgres;

/// <summary>
/// The partitions of the predictions. A key is a hash, so equal ranges of keys are equal shares, and its first bits name the
/// partition: whoever has a key goes to the one table that can hold it, and the server neither plans nor locks the others.
/// </summary>
internal static class PredictionPartitions
{
    /// <summary>As many as COPY fills side by side without flushing one to make room for another.</summary>
    public const int Count = 32;
    private const int ShiftOfFirstByte = 3;

    /// <summary>Partition of a key.</summary>
    public static int Of(Guid key)
    {
        Span<byte> bytes = stackalloc byte[16];
        key.TryWriteBytes(bytes, bigEndian: true, out _);
        return bytes[0] >> ShiftOfFirstByte;
    }

    /// <summary>Table of a partition, <c>results.predictions_00</c> to <c>results.predictions_31</c>.</summary>
    public static string Table(int partition) => string.Create(CultureInfo.InvariantCulture, $"results.predictions_{partition:00}");

    /// <summary>One statement for each partition, with its table for <c>{0}</c>.</summary>
    public static string[] Statements(string format)
    {
        var parsed = System.Text.CompositeFormat.Parse(format);
        return [.. Enumerable.Range(0, Count).Select(p => string.Format(CultureInfo.InvariantCulture, parsed, Table(p)))];
    }

    /// <summary>Sorts keys into their partitions.</summary>
    public static List<Guid>[] Split(IReadOnlyCollection<Guid> keys)
    {
        var split = new List<Guid>[Count];
        foreach (var key in keys) (split[Of(key)] ??= []).Add(key);
        return split;
    }
}
