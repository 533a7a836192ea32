using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Corpus;

namespace BatchInfer.Coordinator.SplitShards;

/// <summary>Finds where a shard can be cut.</summary>
internal static class ShardParts
{
    /// <summary>The parts of a shard, as even as can be in records to answer; together they answer each of its records once.</summary>
    /// <param name="corpus">The corpus.</param>
    /// <param name="format">How its records are written.</param>
    /// <param name="shard">The shard.</param>
    /// <param name="parts">Parts at most.</param>
    /// <param name="ct">Stops reading.</param>
    /// <exception cref="EndOfStreamException">The corpus ends before the shard.</exception>
    public static async Task<List<PlannedShard>> CutAsync(Stream corpus, RecordFormat format, Shard shard, int parts, CancellationToken ct)
    {
        var only = OnlyRecords.Read(shard.Only);
        int each = (shard.RecordCount + parts - 1) / parts;
        var cut = new List<PlannedShard>();
        var chosen = new List<int>();
        ShardRange? part = null;
        int found = 0, index = 0;
        var from = new ScanPosition(shard.Offset, shard.FirstOrdinal, shard.FirstLine);
        await foreach (var record in RecordScanner.ScanAsync(corpus, format, from, long.MaxValue, maxRecords: 1, ct))
        {
            bool wanted = only is null || only[found] == index;
            index++;
            if (!wanted && part is null) continue;
            part = part is { } begun ? Join(begun, record) : record;
            if (!wanted) continue;
            chosen.Add((int)(record.FirstOrdinal - part.Value.FirstOrdinal));
            if (++found < shard.RecordCount && chosen.Count < each) continue;
            cut.Add(only is null ? new PlannedShard(part.Value) : new PlannedShard(part.Value with { RecordCount = chosen.Count }, [.. chosen]));
            if (found == shard.RecordCount) return cut;
            part = null;
            chosen.Clear();
        }

        throw new EndOfStreamException($"The corpus ended {shard.RecordCount - found} records before the end of shard {shard.Number}.");
    }

    private static ShardRange Join(ShardRange a, ShardRange b) =>
        a with { Length = a.Length + b.Length, RecordCount = a.RecordCount + b.RecordCount, NextLine = b.NextLine };
}
