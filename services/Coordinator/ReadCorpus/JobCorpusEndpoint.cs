using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.ReadCorpus;

/// <summary>Says where a job's records stand, for those who put the input's own columns beside the predictions.</summary>
internal static class JobCorpusEndpoint
{
    public static void MapJobCorpus(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/v1/jobs/{id:guid}/corpus", GetAsync).WithTags("Jobs")
            .WithSummary("Where the job's records stand in its corpus: the byte of one at or before an ordinal")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);

    private static async Task<Results<Ok<JobCorpus>, ProblemHttpResult>> GetAsync(Guid id, CoordinatorDatabase database, CancellationToken ct, long ordinal = 0)
    {
        if (ordinal < 0) return Problems.Invalid("ordinal", "Must be 0 or more.");
        await using var context = await database.OpenAsync(ct);
        if (await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is not { } job) return Problems.NotFound("job", id.ToString());
        var shard = await context.Shards.AsNoTracking().Where(s => s.JobId == id && s.FirstOrdinal <= ordinal)
            .OrderByDescending(s => s.FirstOrdinal).Select(s => new { s.Offset, s.FirstOrdinal }).FirstOrDefaultAsync(ct);
        // Of those that begin last, as the parts of a shard of chosen records begin where it does.
        var last = await context.Shards.Where(s => s.JobId == id && s.FirstOrdinal == context.Shards.Where(o => o.JobId == id).Max(o => o.FirstOrdinal))
            .Select(s => new { s.FirstOrdinal, s.RecordCount, s.Only }).ToListAsync(ct);
        long end = last.Select(s => OnlyRecords.End(s.FirstOrdinal, s.RecordCount, s.Only)).DefaultIfEmpty(0).Max();
        return TypedResults.Ok(new JobCorpus(job.FileId, job.Schema, shard?.Offset ?? job.DataOffset, shard?.FirstOrdinal ?? 0, end));
    }
}
