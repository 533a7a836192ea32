using System.Text.Json;
using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Exporting;

/// <summary>
/// An export to a file, part after part: each part is a request of its own, and what is there of the file is kept with a note of how
/// far it is. Broken off anywhere, it goes on behind the last whole part; then the file gets its name.
/// </summary>
internal sealed class ResumableExport(BatchInferClient client, CliEnvironment env)
{
    private const long RecordsOfPart = 100_000;

    public async Task WriteAsync(Guid job, ExportSettings settings, OutputFile output, CancellationToken ct)
    {
        if (settings.Format == "parquet") throw CliException.BadInput("A Parquet file cannot be continued: its end names its beginning. Export it without --resume, or as jsonl or csv.");
        string partial = output.Path + ".part", note = partial + ".json";
        var progress = await ReadAsync(note, ct) is { } earlier && earlier.Job == job && earlier.Settings == settings && File.Exists(partial) && new FileInfo(partial).Length >= earlier.Bytes
            ? earlier
            : new ExportProgress(job, settings, 0, 0);
        if (progress.From > 0) env.Say($"Going on behind record {progress.From}.");
        var corpus = await client.GetJobCorpusAsync(job, 0, ct);
        await using (var file = new FileStream(partial, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, OutputFile.BufferSize, FileOptions.Asynchronous))
        {
            file.SetLength(progress.Bytes);
            file.Position = progress.Bytes;
            // At least once: a job without records has a header still.
            while (progress.From == 0 || progress.From < corpus.End)
            {
                await ExportFile.CopyAsync(client, job, settings with { From = progress.From, To = progress.From + RecordsOfPart }, file, ct);
                await file.FlushAsync(ct);
                file.Flush(flushToDisk: true);
                progress = progress with { From = progress.From + RecordsOfPart, Bytes = file.Position };
                await File.WriteAllTextAsync(note, JsonSerializer.Serialize(progress, ApiJson.Options), ct);
            }
        }

        output.ReplaceBy(partial);
        File.Delete(note);
    }

    private static async Task<ExportProgress?> ReadAsync(string note, CancellationToken ct)
    {
        try
        {
            return File.Exists(note) ? JsonSerializer.Deserialize<ExportProgress>(await File.ReadAllTextAsync(note, ct), ApiJson.Options) : null;
        }
        catch (JsonException)
        {
            // Cut off while it was written: the export begins anew.
            return null;
        }
    }

    /// <summary>How far an export is: all before an ordinal is in so many bytes.</summary>
    private sealed record ExportProgress(Guid Job, ExportSettings Settings, long From, long Bytes);
}
