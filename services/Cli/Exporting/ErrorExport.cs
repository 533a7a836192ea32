using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.Json;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Exporting;

/// <summary>A job's error rows as JSON lines or CSV. The server gives them by the page, so they are written here.</summary>
internal static class ErrorExport
{
    private static readonly SearchValues<char> Quoted = SearchValues.Create("\",\r\n");

    /// <exception cref="CliException">Error rows are not written that way.</exception>
    public static void Check(ExportSettings settings)
    {
        if (settings.Format == "parquet" || settings.Compression == "zstd")
            throw CliException.BadInput($"--errors are written as jsonl or csv, plain or with gzip, not as {(settings.Format == "parquet" ? "parquet" : "zstd")}.");
        if (settings.Input) throw CliException.BadInput("--with-input goes with predictions; --errors name the line of each record.");
    }

    /// <summary>Writes them all.</summary>
    /// <returns>How many there are.</returns>
    public static async Task<long> WriteAsync(BatchInferClient client, Guid job, ExportSettings settings, Stream target, CancellationToken ct)
    {
        long rows = 0;
        await using var packed = settings.Compression == "gzip" ? new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true) : null;
        await using var text = new StreamWriter(packed ?? target, new UTF8Encoding(false), leaveOpen: true);
        bool csv = settings.Format == "csv";
        // As the server's own CSV: RFC 4180.
        text.NewLine = csv ? "\r\n" : "\n";
        if (csv) await text.WriteLineAsync("ordinal,custom_id,code,message,line");
        await foreach (var row in client.ReadErrorsAsync(job, ct: ct))
        {
            rows++;
            await text.WriteLineAsync(csv ? Csv(row) : JsonSerializer.Serialize(row, ApiJson.Options));
        }

        await text.FlushAsync(ct);
        return rows;
    }

    private static string Csv(ErrorLine row) =>
        string.Create(CultureInfo.InvariantCulture, $"{row.Ordinal},{Field(row.CustomId)},{Field(row.Code)},{Field(row.Message)},{row.Line}");

    private static string Field(string value) =>
        value.AsSpan().ContainsAny(Quoted) ? $"\"{value.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : value;
}
