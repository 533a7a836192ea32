using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>What each revision of a model answered to one input.</summary>
internal static class HistoryEndpoint
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/predictions/history", GetAsync).WithName("GetHistory")
            .WithSummary("What each revision of a model answered to an input, the latest announced first.")
            .Produces<LookupResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapPost("/predictions/history", PostAsync).WithName("PostHistory")
            .WithSummary("What each revision of a model answered to an input that is too long for an address.")
            .Produces<LookupResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static Task<IResult> GetAsync(
        string? model, string? input, [FromQuery(Name = "input_pair")] string? inputPair, string? task, string? parameters,
        IPredictionStore store, ModelResolver models, CancellationToken ct) =>
        AnswerAsync(new HistoryRequest { Model = model, Input = input, InputPair = inputPair, Task = task }, parameters, store, models, ct);

    private static Task<IResult> PostAsync(HistoryRequest request, IPredictionStore store, ModelResolver models, CancellationToken ct) =>
        AnswerAsync(request, request.Parameters?.ToJsonString(), store, models, ct);

    private static async Task<IResult> AnswerAsync(HistoryRequest request, string? parameters, IPredictionStore store, ModelResolver models, CancellationToken ct)
    {
        if (request.Input is not { } input) return Problems.Invalid("input", "Give the text whose predictions you want.");
        if (!ModelResolver.TryReadParameters(parameters, out var given)) return ModelResolver.NoObject.ToProblem();
        var (revisions, problem) = await models.FindAllAsync(request.Model, ct);
        if (revisions is null) return Problems.Invalid("model", problem!);
        var answers = new List<LookUpAnswer>(revisions.Count);
        ResolvedModel? last = null;
        foreach (var revision in revisions)
        {
            // One that cannot do the task has answered nothing.
            last = ModelResolver.Resolve(revision, request.Task, given);
            if (last.IsResolved)
                answers.Add(new LookUpAnswer(last.Keys.Create(input, request.InputPair), last.Asked, Input: input, InputPair: request.InputPair));
        }

        if (answers.Count == 0) return last!.ToProblem();
        return await LookUpEndpoints.AnswerAsync(answers, store, ct);
    }
}
