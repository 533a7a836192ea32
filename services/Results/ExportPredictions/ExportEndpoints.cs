using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Results.Data;
using BatchInfer.Results.LookUpPredictions;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>A job's predictions and errors in input order.</summary>
internal static class ExportEndpoints
{
    private const string Jsonl = "application/x-ndjson";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/jobs/{id:guid}/predictions", PredictionsAsync).WithName("ListPredictions")
            .WithSummary("A job's predictions in input order: a page, or a file of all (format=jsonl, csv or parquet, or their media type in Accept).")
            .WithDescription("A page ends early where its rows are more than 32 MB: next_cursor says whether others follow. A file takes compression (gzip or zstd), input=true for the columns of the corpus, and from and to, ordinals, for a part: what broke off goes on from there.")
            .Produces<Page<PredictionLine>>().Produces<PredictionLine>(contentType: Jsonl).ProducesProblem(StatusCodes.Status400BadRequest)
            .ProducesProblem(StatusCodes.Status409Conflict);
        routes.MapGet("/jobs/{id:guid}/errors", ErrorsAsync).WithName("ListErrors")
            .WithSummary("A job's records that have no prediction, in input order, by pages: next_cursor says whether others follow.")
            .Produces<Page<ErrorLine>>().ProducesProblem(StatusCodes.Status400BadRequest);
    }

    private static async Task<IResult> PredictionsAsync(
        Guid id, string? limit, string? cursor, HttpRequest request, IPredictionStore store, JobExport export, CancellationToken ct)
    {
        if (!ExportRequest.TryFormat(request, out var format, out var problem)) return problem;
        if (format is { } file)
            return ExportRequest.TryParse(request.Query, file, out var wanted, out problem) ? await export.StartAsync(id, wanted, ct) : problem;
        if (!PageRequest.TryParse(limit, cursor, out var page, out problem)) return problem;
        var lines = await store.ReadLinesAsync(id, page.After, page.Limit + 1, ct);
        return Page(lines, page.Limit, PredictionLineWriter.Write, l => l.Ordinal);
    }

    private static async Task<IResult> ErrorsAsync(Guid id, string? limit, string? cursor, IPredictionStore store, CancellationToken ct)
    {
        if (!PageRequest.TryParse(limit, cursor, out var page, out var problem)) return problem;
        var lines = await store.ReadErrorsAsync(id, page.After, page.Limit + 1, ct);
        return Page(lines, page.Limit, PredictionLineWriter.Write, l => l.Ordinal);
    }

    /// <param name="lines">One row more than the page, if there is one and they are not too large: then there is a next page.</param>
    /// <param name="limit">Rows of the page.</param>
    /// <param name="write">Writes a row.</param>
    /// <param name="ordinal">A row's ordinal.</param>
    private static JsonBody Page<T>(StoredPage<T> lines, int limit, Action<Utf8JsonWriter, T> write, Func<T, long> ordinal) =>
        new(async (writer, flush) =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("data");
            foreach (var line in lines.Take(limit))
            {
                write(writer, line);
                await flush();
            }

            writer.WriteEndArray();
            writer.WriteString("next_cursor", lines.Count > limit || lines.IsCut ? PageRequest.Cursor(ordinal(lines[Math.Min(limit, lines.Count) - 1])) : null);
            writer.WriteEndObject();
        });
}
