using System.IO.Compression;
using BatchInfer.Contracts;
using BatchInfer.ServiceDefaults;
using ZstdSharp;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>A job, or a part of it, as a file.</summary>
internal sealed class JobExport(ExportRows rows, JobColumns inputs)
{
    /// <summary>Reads what must be known first, so that what is wrong is an error and no cut-off file.</summary>
    public async Task<IResult> StartAsync(Guid job, ExportRequest request, CancellationToken ct)
    {
        try
        {
            var (format, columns) = request.WithInput ? await ColumnsAsync(job, ct) : (null, InputColumns.None);
            var shape = request.Format == ExportFormat.Jsonl ? default : await ShapeAsync(job, ct);
            var first = rows.ReadAsync(job, request, ct).GetAsyncEnumerator(ct);
            bool any = await first.MoveNextAsync();
            return new ExportResult(job, request, target => WriterAsync(target, request, format, columns, shape, ct), first, any);
        }
        catch (InputUnavailableException e)
        {
            return Problems.Create(StatusCodes.Status409Conflict, "input_unavailable", e.Message, "input");
        }
    }

    private async Task<(RecordFormat?, InputColumns)> ColumnsAsync(Guid job, CancellationToken ct) => await inputs.FindAsync(job, ColumnNames.OfFile, ct);

    private async Task<OutputShape> ShapeAsync(Guid job, CancellationToken ct) =>
        await rows.FirstPredictedAsync(job, ct) is { } line ? OutputShape.Of(line.Output) : default;

    private static async Task<IExportWriter> WriterAsync(
        Stream target, ExportRequest request, RecordFormat? input, InputColumns columns, OutputShape shape, CancellationToken ct) => request.Format switch
    {
        ExportFormat.Csv => new CsvExportWriter(target, columns, shape, header: request.From == 0),
        ExportFormat.Parquet => await ParquetExportWriter.CreateAsync(target, columns, shape, request.Compression, ct),
        _ => new JsonlWriter(target, input, columns),
    };

    private sealed class ExportResult(
        Guid job, ExportRequest request, Func<Stream, Task<IExportWriter>> writerOf, IAsyncEnumerator<ExportRow> rows, bool any) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var ct = httpContext.RequestAborted;
            httpContext.Response.ContentType = request.MediaType + (request.MediaType is "text/csv" or "application/x-ndjson" ? "; charset=utf-8" : "");
            httpContext.Response.Headers.ContentDisposition = $"attachment; filename=\"{job}{request.Extension}\"";
            await using (rows)
            {
                await using var compressed = Compressed(httpContext.Response.Body);
                await using var writer = await writerOf(compressed ?? httpContext.Response.Body);
                for (bool more = any; more; more = await rows.MoveNextAsync()) await writer.WriteAsync(rows.Current, ct);
                await writer.CompleteAsync(ct);
            }
        }

        private Stream? Compressed(Stream target) => request.Compression switch
        {
            // Parquet compresses its own pages.
            _ when request.Format == ExportFormat.Parquet => null,
            ExportCompression.Gzip => new GZipStream(target, CompressionLevel.Fastest, leaveOpen: true),
            ExportCompression.Zstd => new CompressionStream(target, leaveOpen: true),
            _ => null,
        };
    }
}
