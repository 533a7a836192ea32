using BatchInfer.Contracts;
using BatchInfer.Coordinator.Data;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;
using Microsoft.Net.Http.Headers;

namespace BatchInfer.Coordinator.Files;

/// <summary>Upload, list, read and delete corpora.</summary>
internal static class FileEndpoints
{
    private static readonly JobStatus[] Unfinished = [.. Enum.GetValues<JobStatus>().Where(s => !s.IsFinal())];

    public static void MapFiles(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/files").WithTags("Files");
        group.MapPost("", (HttpRequest request, FileStore files, AddressReader addresses, CancellationToken ct) =>
                request.HasJsonContentType() ? addresses.ReadAsync(request, ct) : UploadReader.ReadAsync(request, files, ct))
            .WithSummary("Upload a corpus: JSONL, CSV or text, gzip or plain, as multipart/form-data with the part 'file'; or name an object by JSON {\"url\": …}")
            // Files:MaxBytes is the limit: it counts unpacked bytes as they arrive.
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Accepts<IFormFile>("multipart/form-data", "application/json")
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status403Forbidden).ProducesProblem(StatusCodes.Status415UnsupportedMediaType);
        group.MapGet("", ListAsync).WithSummary("List uploaded corpora, the latest first").ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/{id}", GetAsync).WithSummary("Describe a corpus").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapGet("/{id}/content", ContentAsync).WithSummary("Read a corpus, unpacked; answers Range requests")
            .Produces(StatusCodes.Status200OK, contentType: "application/octet-stream").Produces(StatusCodes.Status206PartialContent)
            .ProducesProblem(StatusCodes.Status404NotFound);
        group.MapDelete("/{id}", DeleteAsync).WithSummary("Delete a corpus that no unfinished job reads")
            .ProducesProblem(StatusCodes.Status404NotFound).ProducesProblem(StatusCodes.Status409Conflict);
    }

    private static async Task<Results<Ok<Page<FileResource>>, ProblemHttpResult>> ListAsync(
        CoordinatorDatabase database, CancellationToken ct, int limit = 100, string? cursor = null)
    {
        if (limit is < 1 or > 1000) return Problems.Invalid("limit", "Must be from 1 to 1000.");
        await using var context = await database.OpenAsync(ct);
        var rows = context.Files.AsNoTracking();
        if (cursor is not null)
        {
            if (await rows.SingleOrDefaultAsync(f => f.Id == cursor, ct) is not { } after) return Problems.Invalid("cursor", "This cursor is not known.");
            rows = rows.Where(f => f.CreatedAt < after.CreatedAt || (f.CreatedAt == after.CreatedAt && f.Id.CompareTo(after.Id) < 0));
        }

        var page = await rows.OrderByDescending(f => f.CreatedAt).ThenByDescending(f => f.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(new Page<FileResource>(
            [.. page.Take(limit).Select(f => f.ToResource())], page.Count > limit ? page[limit - 1].Id : null));
    }

    private static async Task<Results<Ok<FileResource>, ProblemHttpResult>> GetAsync(string id, FileStore files, CancellationToken ct) =>
        await files.FindAsync(id, ct) is { } file ? TypedResults.Ok(file.ToResource()) : Problems.NotFound("file", id);

    private static async Task<Results<PhysicalFileHttpResult, FileStreamHttpResult, ProblemHttpResult>> ContentAsync(
        string id, FileStore files, Corpora corpora, CancellationToken ct)
    {
        if (await files.FindAsync(id, ct) is not { } file) return Problems.NotFound("file", id);
        if (file.Url is null)
            return TypedResults.PhysicalFile(files.PathOf(id), "application/octet-stream", lastModified: file.CreatedAt,
                entityTag: new EntityTagHeaderValue($"\"{file.Sha256}\""), enableRangeProcessing: true);
        try
        {
            // Now, since an answer that has begun can only be cut off.
            await corpora.CheckAsync(id, ct);
            return TypedResults.Stream(await corpora.OpenReadAsync(id, ct), "application/octet-stream", entityTag: new EntityTagHeaderValue($"\"{id}\""), enableRangeProcessing: true);
        }
        catch (ObjectStorageException e)
        {
            return e.ToProblem("id");
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DeleteAsync(string id, CoordinatorDatabase database, FileStore files, CancellationToken ct)
    {
        if (await files.FindAsync(id, ct) is null) return Problems.NotFound("file", id);
        await using var context = await database.OpenAsync(ct);
        var reader = await context.Jobs.Where(j => j.FileId == id && Unfinished.Contains(j.Status)).Select(j => (Guid?)j.Id).FirstOrDefaultAsync(ct);
        if (reader is not null) return Problems.Conflict($"Job {reader} reads this file. Wait for it or cancel it.");
        await files.DeleteAsync(id, ct);
        return TypedResults.NoContent();
    }
}
