using BatchInfer.Contracts;
using BatchInfer.Results.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace BatchInfer.Results.CompareRevisions;

/// <summary>How the stored predictions of two revisions differ.</summary>
internal static class DiffEndpoint
{
    private const long DefaultLimit = 100_000, MaxLimit = 10_000_000;
    private const int DefaultWorst = 5, MaxWorst = 1000;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/diff", DiffAsync).WithName("DiffRevisions")
            .WithSummary("Compares the stored predictions of two revisions (old and new: NAME or NAME@REVISION) over the inputs of a job, or over all that the old one predicted.")
            .Produces<DiffResource>().ProducesProblem(StatusCodes.Status400BadRequest);

    private static async Task<IResult> DiffAsync(
        string? old, string? @new, [FromQuery(Name = "job_id")] string? jobId, string? task, string? limit, string? worst,
        ModelResolver models, RevisionDiff diff, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(old)) return Problems.Invalid("old", "Name a model, NAME or NAME@REVISION.");
        if (string.IsNullOrEmpty(@new)) return Problems.Invalid("new", "Name the other model, NAME or NAME@REVISION.");
        Guid? job = null;
        if (jobId is not null)
        {
            if (!Guid.TryParse(jobId, out var id)) return Problems.Invalid("job_id", "Give the id of a job.");
            job = id;
        }

        if (task is not null && !TaskCatalog.Tasks.ContainsKey(task)) return Problems.Invalid("task", $"There is no task '{task}'; there are: {string.Join(", ", TaskCatalog.Tasks.Keys)}.");
        if (!TryNumber(limit, DefaultLimit, 1, MaxLimit, out long most)) return Problems.Invalid("limit", $"Must be from 1 to {MaxLimit}.");
        if (!TryNumber(worst, DefaultWorst, 0, MaxWorst, out long kept)) return Problems.Invalid("worst", $"Must be from 0 to {MaxWorst}.");
        var (before, oldProblem) = await models.FindAsync(old, ct);
        if (before is null) return Problems.Invalid("old", oldProblem!);
        var (after, newProblem) = await models.FindAsync(@new, ct);
        if (after is null) return Problems.Invalid("new", newProblem!);
        if (before.Revision == after.Revision) return Problems.Invalid("new", $"Both are revision {before.Revision}: there is nothing to compare.");
        return TypedResults.Ok(await diff.RunAsync(new DiffRequest(before, after, job, task, most, (int)kept), ct));
    }

    private static bool TryNumber(string? text, long otherwise, long least, long most, out long number)
    {
        number = otherwise;
        return text is null || (long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out number) && number >= least && number <= most);
    }
}
