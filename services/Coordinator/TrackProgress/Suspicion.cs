using System.Linq.Expressions;
using BatchInfer.Coordinator.Data;

namespace BatchInfer.Coordinator.TrackProgress;

/// <summary>
/// What follows from the failures laid to a shard: from the first on it runs alone, at the second it is cut into parts, which
/// begin with one each, and a single record is condemned at the third. So a record that kills its worker has killed it, in a
/// shard of 4096 records, twice in the whole, once in each of two parts, and twice alone, when it becomes an error row.
/// </summary>
internal static class Suspicion
{
    /// <summary>Strikes of the parts of a split shard.</summary>
    public const int Inherited = 1;

    /// <summary>Strikes from which on a shard of several records is cut.</summary>
    public const int SplitAt = 2;

    /// <summary>Strikes from which on a single record becomes an error row.</summary>
    public const int CondemnAt = 3;

    /// <summary>Parts of a split: many, as each level costs the life of a worker, and a worker takes long to start.</summary>
    public const int Parts = 16;

    /// <summary>
    /// Failures that cannot all be single records: beyond these, and beyond the shards that were predicted, it is the model
    /// or the machine, and the job fails.
    /// </summary>
    public const int JobStrikes = 30;

    /// <summary>Waits for the splitter, not for a worker. That it failed at all is said for the index's sake.</summary>
    public static readonly Expression<Func<Shard, bool>> MustSplit =
        s => s.Strikes > 0 && s.Status == ShardStatus.Pending && s.RecordCount > 1 && s.Strikes >= SplitAt;

    /// <summary>May be sent to a worker, but for its <see cref="Shard.NotBefore"/>.</summary>
    public static readonly Expression<Func<Shard, bool>> Dispatchable =
        s => s.Status == ShardStatus.Pending && s.RunBy == null && (s.RecordCount == 1 || s.Strikes < SplitAt);

    public static bool RunsAlone(Shard shard) => shard.Strikes > 0 && Condemnation(shard) is null;

    /// <summary>Why the shard's one record is not predicted, or null.</summary>
    public static string? Condemnation(Shard shard) => shard is not { RecordCount: 1, Strikes: >= CondemnAt } ? null
        : shard.Fault is { } fault ? $"The model fails on this record, also alone: {fault}"
        : "The worker that predicts this record dies of it, also alone.";
}
