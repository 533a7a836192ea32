using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.Models;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>Stored predictions by input, key or custom id.</summary>
internal static class LookUpEndpoints
{
    private const int MaxAsked = 10_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/predictions/lookup", LookUpAsync).WithName("LookUpPredictions")
            .WithSummary("Looks up to 10,000 predictions up: by inputs, by keys, or by a job's custom ids.")
            .Produces<LookupResponse>().ProducesProblem(StatusCodes.Status400BadRequest);
        routes.MapGet("/predictions", GetAsync).WithName("GetPrediction")
            .WithSummary("Looks one prediction up by its input; parameters is a JSON object.")
            .Produces<LookupResult>().Produces(StatusCodes.Status304NotModified)
            .ProducesProblem(StatusCodes.Status400BadRequest).ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> LookUpAsync(LookupRequest request, IPredictionStore store, ModelResolver models, CancellationToken ct)
    {
        if ((request.Inputs is null ? 0 : 1) + (request.Keys is null ? 0 : 1) + (request.CustomIds is null ? 0 : 1) != 1)
            return Problems.Invalid("inputs", "Give exactly one of inputs, keys, and custom_ids with job_id.");
        string field = request.Inputs is not null ? "inputs" : request.Keys is not null ? "keys" : "custom_ids";
        int asked = request.Inputs?.Count ?? request.Keys?.Count ?? request.CustomIds!.Count;
        if (asked > MaxAsked) return Problems.Invalid(field, $"{asked} are too many: at most {MaxAsked} in one request.");

        List<LookUpAnswer> answers;
        if (request.Inputs is { } inputs)
        {
            var model = await models.ResolveAsync(request.Model, request.Task, request.Parameters, ct);
            if (!model.IsResolved) return Problems.Invalid(model.Field, model.Problem);
            answers = new List<LookUpAnswer>(asked);
            for (int i = 0; i < inputs.Count; i++)
            {
                if (!TryRead(inputs[i], out string text, out string? pair))
                    return Problems.Invalid($"inputs[{i}]", "An input is a string, or a pair of strings [text, text_pair].");
                answers.Add(new LookUpAnswer(model.Keys.Create(text, pair), null, text, null));
            }
        }
        else if (request.Keys is { } keys)
        {
            answers = [.. keys.Select(k => new LookUpAnswer(k, null, null, null))];
        }
        else
        {
            if (request.JobId is not { } job) return Problems.Invalid("job_id", "Name the job that the custom_ids belong to.");
            if (request.CustomIds!.Any(id => id is null)) return Problems.Invalid("custom_ids", "A custom id is a string, not null.");
            var known = await store.FindKeysAsync(job, request.CustomIds!.ToHashSet(StringComparer.Ordinal), ct);
            answers = [.. request.CustomIds!.Select(id => new LookUpAnswer(known.TryGetValue(id, out var key) ? key : null, id, null, null))];
        }

        var found = await store.FindAsync(answers.Where(a => a.Key is not null).Select(a => a.Key!.Value).ToHashSet(), ct);
        return new JsonBody(async (writer, flush) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("data");
            foreach (var answer in answers)
            {
                LookUpWriter.Write(writer, answer with { Prediction = answer.Key is { } key ? found.GetValueOrDefault(key) : null });
                await flush();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        });
    }

    private static async Task<IResult> GetAsync(
        string? model, string? input, [FromQuery(Name = "input_pair")] string? inputPair, string? task, string? parameters,
        HttpContext http, IPredictionStore store, ModelResolver models, CancellationToken ct)
    {
        if (input is null) return Problems.Invalid("input", "Give the text whose prediction you want.");
        JsonObject? given = null;
        if (!string.IsNullOrEmpty(parameters) && (given = ParseObject(parameters)) is null)
            return Problems.Invalid("parameters", "Must be a JSON object, e.g. {\"max_length\":128}.");
        var resolved = await models.ResolveAsync(model, task, given, ct);
        if (!resolved.IsResolved) return Problems.Invalid(resolved.Field, resolved.Problem);

        var key = resolved.Keys.Create(input, inputPair);
        var found = await store.FindAsync([key], ct);
        if (!found.TryGetValue(key, out var prediction)) return Problems.NotFound("prediction", key.ToString());
        // The key names the content, and content under a key never changes: a strong tag.
        var tag = new EntityTagHeaderValue($"\"{key:N}\"");
        http.Response.GetTypedHeaders().ETag = tag;
        if (http.Request.GetTypedHeaders().IfNoneMatch.Any(t => t.Equals(EntityTagHeaderValue.Any) || t.Compare(tag, useStrongComparison: false)))
            return TypedResults.StatusCode(StatusCodes.Status304NotModified);
        return new JsonBody((writer, _) =>
        {
            LookUpWriter.Write(writer, new LookUpAnswer(key, null, input, prediction));
            return Task.CompletedTask;
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

    private static JsonObject? ParseObject(string json)
    {
        try
        {
            return JsonNode.Parse(json) as JsonObject;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
