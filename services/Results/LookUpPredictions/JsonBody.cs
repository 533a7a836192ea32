using System.Text.Encodings.Web;
using System.Text.Json;

namespace BatchInfer.Results.LookUpPredictions;

/// <summary>A JSON response written straight into the connection's buffer: stored outputs are copied, never parsed.</summary>
internal sealed class JsonBody(Func<Utf8JsonWriter, Func<ValueTask>, Task> write, string contentType = "application/json; charset=utf-8") : IResult
{
    private const int FlushBytes = 64 * 1024;

    public static JsonWriterOptions WriterOptions { get; } = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = contentType;
        var ct = httpContext.RequestAborted;
        await using var writer = new Utf8JsonWriter(response.BodyWriter, WriterOptions);
        // Called between values. Waits while the client is slower than the database, so that memory stays flat.
        await write(writer, async () =>
        {
            if (writer.BytesPending + response.BodyWriter.UnflushedBytes < FlushBytes) return;
            await writer.FlushAsync(ct);
            await response.BodyWriter.FlushAsync(ct);
        });
        await writer.FlushAsync(ct);
        await response.BodyWriter.FlushAsync(ct);
    }
}
