using System.Diagnostics;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.Models;
using BatchInfer.ServiceDefaults;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Thousands of stored predictions by input, key or custom id.</summary>
internal static class LookUpEndpoints
{
    private const int MaxAsked = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/predictions/lookup", LookUpAsync).WithName("LookUpPredictions")
            .WithSummary("Looks up to 10,000 predictions up: by inputs, by keys, or by a job's custom ids.")
            .Produces<LookupResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> LookUpAsync(LookupRequest request, IPredictionStore store, ResolvedModels models, CancellationToken ct)
    {
        if ((request.Inputs is null ? 0 : 1) + (request.Keys is null ? 0 : 1) + (request.CustomIds is null ? 0 : 1) != 1)
            return Problems.Invalid("inputs", "Give exactly one of inputs, keys, and custom_ids with job_id.");
        string field = request.Inputs is not null ? "inputs" : request.Keys is not null ? "keys" : "custom_ids";
        int asked = request.Inputs?.Count ?? request.Keys?.Count ?? request.CustomIds!.Count;
        if (asked > MaxAsked) return Problems.Invalid(field, $"{asked} are too many: at most {MaxAsked} in one request.");

        List<LookUpAnswer> answers;
        if (request.Inputs is { } inputs)
        {
            var model = await models.ResolveAsync(request.Model, request.Task, request.Parameters?.ToJsonString(), ct);
            if (!model.IsResolved) return Problems.Invalid(model.Field, model.Problem);
            answers = new List<LookUpAnswer>(asked);
            for (int i = 0; i < inputs.Count; i++)
            {
                if (!TryRead(inputs[i], out string text, out string? pair))
                    return Problems.Invalid($"inputs[{i}]", "An input is a string, or a pair of strings [text, text_pair].");
                answers.Add(new LookUpAnswer(model.Keys.Create(text, pair), model.Asked, Input: text, InputPair: pair));
            }
        }
        else if (request.Keys is { } keys)
        {
            answers = [.. keys.Select(k => new LookUpAnswer(k))];
        }
        else
        {
            if (request.JobId is not { } job) return Problems.Invalid("job_id", "Name the job that the custom_ids belong to.");
            if (request.CustomIds!.Any(id => id is null)) return Problems.Invalid("custom_ids", "A custom id is a string, not null.");
            var known = await store.FindKeysAsync(job, request.CustomIds!.ToHashSet(StringComparer.Ordinal), ct);
            answers = [.. request.CustomIds!.Select(id => new LookUpAnswer(known.TryGetValue(id, out var key) ? key : null, CustomId: id))];
        }

        return await AnswerAsync(answers, store, ct);
    }

    /// <summary>Answers in the order asked. What is found first is read first, so that a store that is away is an error; of large predictions the rest while those are written.</summary>
    internal static async Task<JsonBody> AnswerAsync(List<LookUpAnswer> answers, IPredictionStore store, CancellationToken ct)
    {
        long started = Stopwatch.GetTimestamp();
        var found = store.FindEachAsync([.. answers.Where(a => a.Key is not null).Select(a => a.Key!.Value)], ct).GetAsyncEnumerator(ct);
        bool any = await found.MoveNextAsync();
        LookUpMetrics.Found(started, "store", "many");
        return new JsonBody(async (writer, flush) =>
        {
            await using var rest = found;
            writer.WriteStartObject();
            writer.WriteStartArray("data");
            foreach (var answer in answers)
            {
                LookUpWriter.Write(writer, answer.Key is not null && any ? answer with { Prediction = rest.Current } : answer);
                if (answer.Key is not null && any) any = await rest.MoveNextAsync();
                await flush();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static bool TryRead(JsonNode? node, out string text, out string? pair)
    {
        (text, pair) = ("", null);
        if (TryText(node, ref text)) return true;
        string second = "";
        if (node is not JsonArray { Count: 2 } both || !TryText(both[0], ref text) || !TryText(both[1], ref second)) return false;
        pair = second;
        return true;
    }

    private static bool TryText(JsonNode? node, ref string text)
    {
        try
        {
            if (node is not JsonValue value || !value.TryGetValue(out string? s)) return false;
            text = s;
            return true;
        }
        catch (InvalidOperationException)
        {
            // Half of a surrogate pair by escape: no text has it.
            return false;
        }
    }
}
