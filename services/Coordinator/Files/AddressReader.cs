using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Corpus;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Coordinator.Files;

/// <summary>Takes corpora by address.</summary>
internal sealed class AddressReader(Corpora corpora)
{
    /// <summary>Enters the object that a request's JSON names.</summary>
    public async Task<Results<Created<FileResource>, ProblemHttpResult>> ReadAsync(HttpRequest request, CancellationToken ct)
    {
        FileAddress? address;
        try
        {
            address = await request.ReadFromJsonAsync<FileAddress>(ApiJson.Options, ct);
        }
        catch (JsonException e)
        {
            return Problems.Invalid("url", $"The request is no JSON like {{\"url\": \"s3://bucket/key\"}}: {e.Message}");
        }

        if (address?.Url is null) return Problems.Invalid("url", "Give the object's address: {\"url\": \"s3://bucket/key\"}.");
        var (file, problem) = await AddAsync(address, "", ct);
        return file is null ? problem! : TypedResults.Created($"/v1/files/{file.Id}", file);
    }

    /// <summary>Enters an object.</summary>
    /// <param name="named">Its address, and how it is written.</param>
    /// <param name="path">Where in the request the address stands, for problems.</param>
    /// <param name="ct">Ends it.</param>
    public async Task<(FileResource?, ProblemHttpResult?)> AddAsync(FileAddress named, string path, CancellationToken ct)
    {
        if (!ObjectAddress.TryParse(named.Url, out var address, out string? wrong)) return (null, Problems.Invalid($"{path}url", wrong));
        if ((named.Format ?? RecordFormats.FromFileName(address.FileName)) is not { } format)
            return (null, Problems.Invalid($"{path}format", $"The name '{address.FileName}' does not tell the format. Say one of: jsonl, csv, text."));
        try
        {
            return (await corpora.AddAsync(address, format, ct), null);
        }
        catch (ObjectStorageException e)
        {
            return (null, e.ToProblem($"{path}url"));
        }
        catch (CorpusFormatException e)
        {
            return (null, Problems.Create(StatusCodes.Status400BadRequest, e.Code, e.Message, $"{path}url"));
        }
    }
}
