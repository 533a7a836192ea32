using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Exporting;

/// <summary>What `export` and `run` write and how, by what was said or by the output's name.</summary>
internal static class ExportFile
{
    private static readonly string[] Formats = ["jsonl", "csv", "parquet"];

    /// <exception cref="CliException">What was said, or the name, is no format.</exception>
    public static ExportSettings Resolve(string? format, string? compression, bool input, string output)
    {
        if (output.Length == 0) throw CliException.BadInput("--output is empty; name a file.");
        if (compression is not (null or "none" or "gzip" or "zstd")) throw CliException.BadInput($"--compression '{compression}' is none; there are: none, gzip, zstd.");
        if (format is not null && !Formats.Contains(format)) throw CliException.BadInput($"--format '{format}' is no format; the formats are: {string.Join(", ", Formats)}.");
        string name = output;
        string? named = null;
        foreach (var (ending, kind) in ((string, string)[])[(".gz", "gzip"), (".zst", "zstd")])
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
                (name, named) = (name[..^ending.Length], kind);
        format ??= FormatOf(name) ?? throw CliException.BadInput(
            $"--output '{output}': '{Path.GetExtension(name)}' is no format that can be written; the formats are: {string.Join(", ", Formats)}. End the name in one of them, packed .gz or .zst behind it.");
        if (named is not null && format == "parquet")
            throw CliException.BadInput($"--output '{output}': a Parquet file packs its own pages, not the file; name it .parquet, and export takes --compression {named}.");
        return new ExportSettings { Format = format, Compression = compression ?? named ?? "none", Input = input };
    }

    /// <summary>How it is said what was written, e.g. <c>csv, gzip</c>.</summary>
    public static string Describe(ExportSettings settings) => settings.Compression == "none" ? settings.Format : $"{settings.Format}, {settings.Compression}";

    /// <summary>Writes the whole export.</summary>
    public static async Task CopyAsync(BatchInferClient client, Guid job, ExportSettings settings, Stream target, CancellationToken ct)
    {
        await using var source = await client.OpenExportAsync(job, settings, ct);
        await source.CopyToAsync(target, OutputFile.BufferSize, ct);
    }

    /// <summary>Null of an ending that is none of the formats'; a name without one is JSON lines.</summary>
    private static string? FormatOf(string name) => Path.GetExtension(name).TrimStart('.').ToLowerInvariant() switch
    {
        "" or "ndjson" => "jsonl",
        var extension => Array.Find(Formats, f => f == extension),
    };
}
