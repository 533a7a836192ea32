using System.Text.Json;

namespace BatchInfer.Coordinator.Data;

/// <summary>The records of a range that a retry is about, counted from 0 at its first: <c>[0,7,21]</c> in the database.</summary>
internal static class OnlyRecords
{
    public static string Write(IReadOnlyList<int> records) => JsonSerializer.Serialize(records);

    public static IReadOnlyList<int>? Read(string? column) => column is null ? null : JsonSerializer.Deserialize<int[]>(column);

    /// <summary>Ordinal behind the last record of a shard.</summary>
    public static long End(long firstOrdinal, int recordCount, string? column) => firstOrdinal + (Read(column) is { Count: > 0 } only ? only[^1] + 1 : recordCount);
}
