using System.Text;
using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Dashboard.SubmitJob;

/// <summary>Names of the fields of a corpus' first record, to choose from.</summary>
internal static class CorpusFields
{
    // A first record longer than this names its fields by hand.
    private const int Bytes = 64 * 1024;

    public static async Task<IReadOnlyList<string>> ReadAsync(BatchInferClient api, FileResource file, CancellationToken ct)
    {
        if (file.Format is not (RecordFormat.Jsonl or RecordFormat.Csv)) return [];
        await using var content = await api.OpenFileAsync(file.Id, 0, Bytes - 1, ct);
        byte[] start = new byte[Bytes];
        int length = await content.ReadAtLeastAsync(start, Bytes, throwOnEndOfStream: false, ct);
        string line = Encoding.UTF8.GetString(start, 0, length).TrimStart('\uFEFF', '\n', '\r', ' ').Split('\n')[0].TrimEnd('\r');
        return file.Format == RecordFormat.Csv ? [.. line.Split(',').Select(c => c.Trim().Trim('"')).Where(c => c.Length > 0)] : Json(line);
    }

    private static IReadOnlyList<string> Json(string line)
    {
        try
        {
            using var record = JsonDocument.Parse(line);
            return record.RootElement.ValueKind == JsonValueKind.Object ? [.. record.RootElement.EnumerateObject().Select(f => f.Name)] : [];
        }
        catch (JsonException)
        {
            // The record may be cut off, or bad: the job will say so in its own time.
            return [];
        }
    }
}
