using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Exporting;

/// <summary>What `export` writes and how, by what was said or by the output's name.</summary>
internal static class ExportFile
{
    private static readonly string[] Formats = ["jsonl", "csv", "parquet"];

    public static ExportSettings Resolve(string? format, string? compression, bool input, string output)
    {
        string name = output;
        foreach (var (ending, named) in ((string, string)[])[(".gz", "gzip"), (".zst", "zstd")])
            if (name.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                name = name[..^ending.Length];
                compression ??= named;
            }

        compression ??= "none";
        if (compression is not ("none" or "gzip" or "zstd")) throw CliException.BadInput($"--compression '{compression}' is none; there are: none, gzip, zstd.");
        string extension = Path.GetExtension(name).TrimStart('.').ToLowerInvariant();
        format ??= Formats.Contains(extension) ? extension : "jsonl";
        if (!Formats.Contains(format)) throw CliException.BadInput($"--format '{format}' is no format; the formats are: {string.Join(", ", Formats)}.");
        return new ExportSettings { Format = format, Compression = compression, Input = input };
    }

    /// <summary>Writes the whole export.</summary>
    public static async Task CopyAsync(BatchInferClient client, Guid job, ExportSettings settings, Stream target, CancellationToken ct)
    {
        await using var source = await client.OpenExportAsync(job, settings, ct);
        await source.CopyToAsync(target, OutputFile.BufferSize, ct);
    }
}
