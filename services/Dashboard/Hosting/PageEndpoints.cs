using BatchInfer.Contracts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace BatchInfer.Dashboard.Hosting;

/// <summary>Files that go between the browser and the API: streamed through, whether or not the two answer at one address.</summary>
internal static class PageEndpoints
{
    public static void MapPageEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/page").ExcludeFromDescription();
        // The API's own limit counts, and it counts unpacked bytes.
        group.MapPost("/files", UploadAsync).WithMetadata(new DisableRequestSizeLimitAttribute());
        group.MapGet("/jobs/{id:guid}/predictions.{format}", DownloadAsync);
    }

    private static async Task<Results<JsonHttpResult<FileResource>, ProblemHttpResult>> UploadAsync(
        HttpContext context, string name, IAntiforgery antiforgery, ServerClient server, CancellationToken ct)
    {
        try
        {
            await antiforgery.ValidateRequestAsync(context);
            return TypedResults.Json(await server.Api.UploadFileAsync(context.Request.Body, name, ct: ct), ApiJson.Options);
        }
        catch (AntiforgeryValidationException)
        {
            return TypedResults.Problem("This did not come from the page. Load the page again.", statusCode: StatusCodes.Status400BadRequest);
        }
        catch (BatchInferApiException e)
        {
            return Problem(e);
        }
    }

    private static async Task<Results<PushStreamHttpResult, ProblemHttpResult>> DownloadAsync(Guid id, string format, ServerClient server, CancellationToken ct)
    {
        try
        {
            var content = await server.Api.OpenExportAsync(id, new ExportSettings { Format = format }, ct);
            return TypedResults.Stream(async body =>
            {
                await using (content) await content.CopyToAsync(body, ct);
            }, "application/octet-stream", $"{id}.{format}");
        }
        catch (BatchInferApiException e)
        {
            return Problem(e);
        }
    }

    private static ProblemHttpResult Problem(BatchInferApiException e) =>
        TypedResults.Problem(e.Message, statusCode: e.Status == 0 ? StatusCodes.Status502BadGateway : (int)e.Status);
}
