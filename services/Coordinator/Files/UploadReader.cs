using System.Text;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;

namespace BatchInfer.Coordinator.Files;

/// <summary>Reads a multipart upload part by part, so that a file of any size passes through a small buffer.</summary>
internal static class UploadReader
{
    private const int MaxFieldBytes = 1024;

    /// <summary>Stores the part <c>file</c> of a request. The field <c>format</c>, where the name does not tell, stands before it.</summary>
    public static async Task<Results<Created<FileResource>, ProblemHttpResult>> ReadAsync(HttpRequest request, FileStore files, CancellationToken ct)
    {
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            || !type.MediaType.Equals("multipart/form-data", StringComparison.OrdinalIgnoreCase)
            || HeaderUtilities.RemoveQuotes(type.Boundary).Value is not { Length: > 0 and <= 200 } boundary)
            return Problems.Create(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type",
                "Send the file as multipart/form-data, e.g. curl -F file=@corpus.jsonl …/v1/files", "file");

        RecordFormat? format = null;
        var reader = new MultipartReader(boundary, request.Body) { HeadersCountLimit = 16, HeadersLengthLimit = 16 * 1024 };
        try
        {
            while (await reader.ReadNextSectionAsync(ct) is { } section)
            {
                if (!ContentDispositionHeaderValue.TryParse(section.ContentDisposition, out var disposition)) continue;
                string name = HeaderUtilities.RemoveQuotes(disposition.Name).Value ?? "";
                if (name == "file") return await StoreAsync(section.Body, disposition, format, files, ct);
                if (name != "format") continue;
                string value = await FieldAsync(section.Body, ct);
                format = ParseFormat(value);
                if (format is null) return Problems.Invalid("format", $"'{value}' is no format. Use jsonl, csv or text.");
            }
        }
        catch (CorpusFormatException e)
        {
            return Problems.Create(StatusCodes.Status400BadRequest, e.Code, e.Message, "file");
        }
        catch (Exception e) when (e is InvalidDataException || (e is IOException && e is not BadHttpRequestException && e.Message.Contains("end of Stream", StringComparison.Ordinal)))
        {
            return Problems.Invalid("file", $"The upload is not well-formed multipart data: {e.Message}");
        }

        return Problems.Invalid("file", "The request has no part named 'file'.");
    }

    /// <summary>A format by its name in the API, or null.</summary>
    public static RecordFormat? ParseFormat(string value) => value switch
    {
        "jsonl" => RecordFormat.Jsonl,
        "csv" => RecordFormat.Csv,
        "text" => RecordFormat.Text,
        _ => null,
    };

    /// <summary>A format's name in the API.</summary>
    public static string NameOf(RecordFormat format) => format.ToString().ToLowerInvariant();

    private static async Task<Results<Created<FileResource>, ProblemHttpResult>> StoreAsync(
        Stream body, ContentDispositionHeaderValue disposition, RecordFormat? format, FileStore files, CancellationToken ct)
    {
        string? given = (disposition.FileNameStar.HasValue ? disposition.FileNameStar : HeaderUtilities.RemoveQuotes(disposition.FileName)).Value;
        // Only ever shown, never part of a path.
        string filename = Path.GetFileName((given ?? "").Replace('\\', '/'));
        if (filename.Length is 0 or > 255) return Problems.Invalid("file", "Give the part 'file' a filename of 1 to 255 characters.");
        if ((format ?? RecordFormats.FromFileName(filename)) is not { } known)
            return Problems.Invalid("format", $"The name '{filename}' does not tell the format. Name it .jsonl, .csv or .txt (each may end in .gz), or send a field 'format' (jsonl, csv, text) before the part 'file'.");
        var file = await files.AddAsync(body, filename, known, ct);
        return TypedResults.Created($"/v1/files/{file.Id}", file);
    }

    private static async Task<string> FieldAsync(Stream body, CancellationToken ct)
    {
        var buffer = new byte[MaxFieldBytes];
        int read = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, ct);
        return Encoding.UTF8.GetString(buffer, 0, read).Trim();
    }
}
