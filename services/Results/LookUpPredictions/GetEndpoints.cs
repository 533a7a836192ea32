using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>One stored prediction by its input, its key, or a job's custom id; with strong tags and the cache.</summary>
internal static class GetEndpoints
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/predictions", GetAsync).WithName("GetPrediction")
            .WithSummary("Looks one prediction up: by model and input (parameters is a JSON object), or by job_id and custom_id.")
            .Produces<LookupResult>().Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
        routes.MapGet("/predictions/{key:guid}", GetByKeyAsync).WithName("GetPredictionByKey")
            .WithSummary("Looks one prediction up by its key.")
            .Produces<LookupResult>().Produces(StatusCodes.Status304NotModified).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> GetAsync(
        string? model, string? input, [FromQuery(Name = "input_pair")] string? inputPair, string? task, string? parameters,
        [FromQuery(Name = "job_id")] string? jobId, [FromQuery(Name = "custom_id")] string? customId,
        IPredictionStore store, ResolvedModels models, SingleLookUp lookUp, CancellationToken ct)
    {
        if (jobId is not null || customId is not null) return await GetByIdAsync(jobId, customId, input, store, lookUp, ct);
        if (input is null) return Problems.Invalid("input", "Give the text whose prediction you want, or job_id and custom_id.");
        var resolved = await models.ResolveAsync(model, task, parameters, ct);
        if (!resolved.IsResolved) return Problems.Invalid(resolved.Field, resolved.Problem);
        var question = new LookUpAnswer(resolved.Keys.Create(input, inputPair), resolved.Asked, Input: input, InputPair: inputPair);
        return await lookUp.FindAsync(question, ct) is { } answer
            ? new AnswerResult(answer, AnswerResult.AskAgain)
            : Miss($"'{resolved.Asked.Name}' at revision {resolved.Asked.Revision} has no stored prediction of this input by task {resolved.Asked.Task} with these parameters (key {question.Key}). A job computes it.");
    }

    private static async Task<IResult> GetByIdAsync(
        string? jobId, string? customId, string? input, IPredictionStore store, SingleLookUp lookUp, CancellationToken ct)
    {
        if (input is not null) return Problems.Invalid("input", "Give either model and input, or job_id and custom_id.");
        if (!Guid.TryParse(jobId, out var job)) return Problems.Invalid("job_id", "Give the id of the job that the custom_id belongs to.");
        if (customId is null) return Problems.Invalid("custom_id", "Give the custom id of the job's record.");
        var keys = await store.FindKeysAsync(job, [customId], ct);
        if (!keys.TryGetValue(customId, out var key)) return Miss($"Job {job} has no predicted record '{customId}'; GET /v1/jobs/{job}/errors has those that failed.");
        return await lookUp.FindAsync(new LookUpAnswer(key, CustomId: customId), ct) is { } answer
            ? new AnswerResult(answer, AnswerResult.AskAgain)
            : Miss($"The prediction of record '{customId}' of job {job} was deleted. Submit the job again to compute it.");
    }

    private static async Task<IResult> GetByKeyAsync(Guid key, SingleLookUp lookUp, CancellationToken ct) =>
        await lookUp.FindAsync(new LookUpAnswer(key), ct) is { } answer
            ? new AnswerResult(answer, AnswerResult.Immutable)
            : Miss($"There is no prediction '{key}'.");

    private static Microsoft.AspNetCore.Http.HttpResults.ProblemHttpResult Miss(string message) => Problems.Create(StatusCodes.Status404NotFound, "not_found", message, null);
}
