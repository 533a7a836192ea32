using System.Runtime.CompilerServices;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.PlanShards;

/// <summary>The shards of a retry: those of the job before that have error rows, each with just the records that failed.</summary>
internal sealed class FailedShards(CoordinatorDatabase database, IBus bus, IOptions<BusOptions> options)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly IRequestClient<FindFailedRecords> _client = bus.CreateRequestClient<FindFailedRecords>(EndpointPolicy.Address(options.Value.Transport, QueueNames.FailedRecords));

    /// <summary>Finds them in input order, those behind <paramref name="last"/>.</summary>
    public async IAsyncEnumerable<PlannedShard> FindAsync(Job retry, Shard? last, [EnumeratorCancellation] CancellationToken ct)
    {
        // A page at a time, since the job before may have as many shards as this one can have.
        const int Page = 256;
        await using var context = await database.OpenAsync(ct);
        long after = last?.FirstOrdinal ?? -1;
        while (true)
        {
            var page = await context.Shards.AsNoTracking()
                .Where(s => s.JobId == retry.RetryOf && s.Status == ShardStatus.Persisted && s.Failed > 0 && s.FirstOrdinal > after)
                .OrderBy(s => s.FirstOrdinal).Take(Page).ToListAsync(ct);
            foreach (var shard in page)
                if (await SelectAsync(shard, ct) is { } selected) yield return selected;
            if (page.Count < Page) yield break;
            after = page[^1].FirstOrdinal;
        }
    }

    private async Task<PlannedShard?> SelectAsync(Shard shard, CancellationToken ct)
    {
        var answer = await _client.AskAsync<FindFailedRecords, FailedRecords>(new FindFailedRecords(shard.JobId, shard.FirstOrdinal - 1, (int)shard.Failed), Patience, ct);
        long end = OnlyRecords.End(shard.FirstOrdinal, shard.RecordCount, shard.Only);
        int[] only = [.. answer.Ordinals.Where(o => o < end).Select(o => (int)(o - shard.FirstOrdinal))];
        return only.Length == 0 ? null
            : new PlannedShard(new ShardRange(shard.Offset, shard.Length, shard.FirstOrdinal, shard.FirstLine, only.Length, shard.NextLine), only);
    }
}
