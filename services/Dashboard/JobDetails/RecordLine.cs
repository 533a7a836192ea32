using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.Dashboard.Layout;

namespace BatchInfer.Dashboard.JobDetails;

/// <summary>One line of an export with the record itself.</summary>
/// <param name="Ordinal">Ordinal in the corpus.</param>
/// <param name="CustomId">The record's id.</param>
/// <param name="Output">The prediction, or null.</param>
/// <param name="Error">Why there is none, or null.</param>
/// <param name="Input">The record's fields; null where it cannot be read.</param>
public sealed record RecordLine(long Ordinal, string CustomId, JsonElement? Output, RecordError? Error, JsonElement? Input)
{
    /// <summary>The record as text: its one field, or each with its name.</summary>
    public string Record()
    {
        if (Input is not { ValueKind: JsonValueKind.Object } input) return Input is { ValueKind: not JsonValueKind.Null } other ? OutputText.Plain(other) : "";
        var fields = input.EnumerateObject().Where(f => f.Value.ValueKind != JsonValueKind.Null && OutputText.Plain(f.Value) != CustomId).ToList();
        return fields.Count == 1 ? OutputText.Plain(fields[0].Value) : string.Join(" · ", fields.Select(f => $"{f.Name}: {OutputText.Plain(f.Value)}"));
    }

    /// <summary>Some lines of a job, with their records where the corpus is still there.</summary>
    public static async Task<List<RecordLine>> ReadAsync(BatchInferClient api, Guid job, long from, int count, CancellationToken ct)
    {
        ArgumentNullException.ThrowIfNull(api);
        try
        {
            return await ReadAsync(api, job, new ExportSettings { Input = true, From = from, To = from + count }, ct);
        }
        catch (BatchInferApiException)
        {
            return await ReadAsync(api, job, new ExportSettings { From = from, To = from + count }, ct);
        }
    }

    private static async Task<List<RecordLine>> ReadAsync(BatchInferClient api, Guid job, ExportSettings export, CancellationToken ct)
    {
        await using var stream = await api.OpenExportAsync(job, export, ct);
        List<RecordLine> lines = [];
        await foreach (var line in JsonSerializer.DeserializeAsyncEnumerable<RecordLine>(stream, topLevelValues: true, ApiJson.Options, ct))
            if (line is not null) lines.Add(line);
        return lines;
    }
}
