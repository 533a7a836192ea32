using System.Diagnostics;
using System.Security.Cryptography;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Coordinator.ControlJob;
using BatchInfer.Coordinator.Data;
using BatchInfer.Coordinator.EstimateJob;
using BatchInfer.Coordinator.PlanShards;
using BatchInfer.Coordinator.TrackProgress;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace BatchInfer.Coordinator.SubmitJob;

/// <summary>Submit jobs and see how they go.</summary>
internal static class JobEndpoints
{
    private const int MaxIdempotencyKey = 255;
    private const long MaxRequestBytes = 32 << 20;

    public static void MapJobs(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/v1/jobs").WithTags("Jobs");
        group.MapPost("", SubmitAsync).WithSummary("Submit a job; with an Idempotency-Key, twice makes one job. With dry_run=true only say what it would do and take")
            .WithMetadata(new RequestSizeLimitAttribute(MaxRequestBytes))
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status422UnprocessableEntity);
        group.MapGet("", ListAsync).WithSummary("List jobs, the latest first").ProducesProblem(StatusCodes.Status400BadRequest);
        group.MapGet("/{id:guid}", GetAsync).WithSummary("Status, counts, throughput and ETA of a job").ProducesProblem(StatusCodes.Status404NotFound);
        group.MapControl();
    }

    private static async Task<Results<Accepted<JobResource>, Ok<JobPlan>, ProblemHttpResult>> SubmitAsync(
        JobRequest request, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey, HttpResponse response,
        JobRequestCheck check, DryRun dryRun, CoordinatorDatabase database, JobAnswers answers, PlanSignal signal, JobLog log, CancellationToken ct,
        [FromQuery(Name = "dry_run")] bool isDryRun = false)
    {
        if (isDryRun) return await dryRun.AnswerAsync(request, ct);
        using var activity = Telemetry.Source.StartActivity("submit");
        if (idempotencyKey is { Length: 0 or > MaxIdempotencyKey })
            return Problems.Invalid("Idempotency-Key", $"Must have 1 to {MaxIdempotencyKey} characters.");
        string? digest = idempotencyKey is null ? null : Convert.ToHexStringLower(SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request, ApiJson.Options)));
        await using var context = await database.OpenAsync(ct);
        if (await RepeatedAsync() is { } earlier) return earlier;

        var (job, problem) = await check.CheckAsync(request, ct);
        if (job is null) return problem!;
        var entry = context.Jobs.Add(job);
        entry.Property(j => j.IdempotencyKey).CurrentValue = idempotencyKey;
        entry.Property(j => j.RequestDigest).CurrentValue = digest;
        entry.Property(j => j.TraceParent).CurrentValue = (activity ?? Activity.Current)?.Id;
        activity?.SetTag("batchinfer.job.id", job.Id);
        try
        {
            await context.SaveChangesAsync(ct);
        }
        catch (DbUpdateException) when (idempotencyKey is not null)
        {
            // Both halves of a race under one key come here: the one that was second answers with the first one's job.
            context.ChangeTracker.Clear();
            if (await RepeatedAsync() is { } first) return first;
            throw;
        }

        log.Submitted(job);
        signal.Set();
        return await AcceptedAsync(job);

        async Task<Results<Accepted<JobResource>, Ok<JobPlan>, ProblemHttpResult>?> RepeatedAsync()
        {
            if (idempotencyKey is null) return null;
            if (await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.IdempotencyKey == idempotencyKey, ct) is not { } existing) return null;
            if (existing.RequestDigest != digest)
                return Problems.Create(StatusCodes.Status422UnprocessableEntity, "idempotency_key_reused",
                    $"This key belongs to job {existing.Id}, whose request was another. Use a new key for a new job.", "Idempotency-Key");
            response.Headers["Idempotent-Replayed"] = "true";
            return await AcceptedAsync(existing);
        }

        async Task<Accepted<JobResource>> AcceptedAsync(Job accepted) =>
            TypedResults.Accepted($"/v1/jobs/{accepted.Id}", await answers.ShowAsync(context, accepted, ct));
    }

    private static async Task<Results<Ok<Page<JobResource>>, ProblemHttpResult>> ListAsync(
        CoordinatorDatabase database, JobAnswers answers, CancellationToken ct,
        int limit = 20, Guid? cursor = null, string? status = null)
    {
        if (limit is < 1 or > 1000) return Problems.Invalid("limit", "Must be from 1 to 1000.");
        await using var context = await database.OpenAsync(ct);
        var jobs = context.Jobs.AsNoTracking();
        if (status is not null)
        {
            if (!Enum.TryParse<JobStatus>(status, ignoreCase: true, out var wanted) || !Enum.IsDefined(wanted))
                return Problems.Invalid("status", $"Must be one of: {string.Join(", ", Enum.GetNames<JobStatus>().Select(n => n.ToLowerInvariant()))}.");
            jobs = jobs.Where(j => j.Status == wanted);
        }

        // Ids grow with time (UUID version 7), so the last id of a page says where the next begins.
        if (cursor is { } after) jobs = jobs.Where(j => j.Id.CompareTo(after) < 0);
        var page = await jobs.OrderByDescending(j => j.Id).Take(limit + 1).ToListAsync(ct);
        return TypedResults.Ok(new Page<JobResource>(
            await answers.ShowAsync(context, [.. page.Take(limit)], ct), page.Count > limit ? page[limit - 1].Id.ToString() : null));
    }

    private static async Task<Results<Ok<JobResource>, ProblemHttpResult>> GetAsync(
        Guid id, CoordinatorDatabase database, JobAnswers answers, CancellationToken ct)
    {
        await using var context = await database.OpenAsync(ct);
        return await context.Jobs.AsNoTracking().SingleOrDefaultAsync(j => j.Id == id, ct) is { } job
            ? TypedResults.Ok(await answers.ShowAsync(context, job, ct))
            : Problems.NotFound("job", id.ToString());
    }
}
