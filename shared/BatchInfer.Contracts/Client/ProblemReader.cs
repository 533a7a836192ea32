using System.Globalization;
using System.Text.Json;

namespace BatchInfer.Contracts;

/// <summary>Makes an exception of an answer that is no success.</summary>
internal static class ProblemReader
{
    // A problem is a few hundred bytes; anything longer is a page of something else between us and the server.
    private const int MaxBytes = 64 * 1024;

    public static async Task<BatchInferApiException> ReadAsync(HttpResponseMessage response, CancellationToken ct)
    {
        byte[] body = await ReadStartAsync(response.Content, ct).ConfigureAwait(false);
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind == JsonValueKind.Object)
            {
                string? detail = Text(json.RootElement, "detail") ?? Text(json.RootElement, "title");
                return new BatchInferApiException(
                    response.StatusCode, Text(json.RootElement, "code"), Text(json.RootElement, "field"), detail ?? Otherwise(response));
            }
        }
        catch (JsonException)
        {
            // Not ours: a proxy's error page, or nothing at all. The status has to do.
        }

        return new BatchInferApiException(response.StatusCode, null, null, Otherwise(response));
    }

    private static string Otherwise(HttpResponseMessage response) => string.Create(
        CultureInfo.InvariantCulture,
        $"The server answered {(int)response.StatusCode} {response.ReasonPhrase} to {response.RequestMessage?.Method} {response.RequestMessage?.RequestUri?.AbsolutePath}.");

    private static string? Text(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static async Task<byte[]> ReadStartAsync(HttpContent content, CancellationToken ct)
    {
        using var stream = await content.ReadAsStreamAsync(ct).ConfigureAwait(false);
        byte[] buffer = new byte[MaxBytes];
        int length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct).ConfigureAwait(false);
        return buffer[..length];
    }
}
