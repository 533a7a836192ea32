using BatchInfer.Contracts;
using BatchInfer.Coordinator.Files;
using BatchInfer.Coordinator.SubmitJob;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using MassTransit;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.EstimateJob;

/// <summary>Answers a submit that asks for its plan only: checked like any, but no job is made.</summary>
internal sealed class DryRun(JobRequestCheck check, JobEstimator estimator)
{
    public async Task<Results<Accepted<JobResource>, Ok<JobPlan>, ProblemHttpResult>> AnswerAsync(JobRequest request, CancellationToken ct)
    {
        var (job, problem) = await check.CheckAsync(request, ct);
        if (job is null) return problem!;
        try
        {
            return TypedResults.Ok(await estimator.EstimateAsync(job, ct));
        }
        catch (CorpusFormatException e)
        {
            return Problems.Create(StatusCodes.Status400BadRequest, e.Code, e.Message, "input.file_id");
        }
        catch (ObjectStorageException e)
        {
            return e.ToProblem("input");
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return Problems.Conflict($"The corpus {job.FileId} was deleted while it was read. Upload it again.");
        }
        catch (RequestException)
        {
            return Problems.Create(StatusCodes.Status503ServiceUnavailable, "results_unavailable",
                "The results service does not say what is stored already. Nothing is lost; try again.", null);
        }
    }
}
