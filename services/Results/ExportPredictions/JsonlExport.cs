using System.Text.Json;
using BatchInfer.Results.Data;
using BatchInfer.Results.LookUpPredictions;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>A whole job as JSONL. Rows are read in short queries by ordinal, so a slow client holds no connection and no memory.</summary>
internal sealed class JsonlExport(IPredictionStore store)
{
    // 500 embeddings of 4,096 values are 8 MB.
    private const int RowsAtOnce = 500;

    /// <summary>Reads the first rows, so that a database that is away is an error and no cut-off file.</summary>
    public async Task<IResult> StartAsync(Guid jobId, CancellationToken ct)
    {
        var first = await store.ReadLinesAsync(jobId, -1, RowsAtOnce, ct);
        return new Body(store, jobId, first);
    }

    private sealed class Body(IPredictionStore store, Guid jobId, IReadOnlyList<StoredLine> first) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            var ct = httpContext.RequestAborted;
            httpContext.Response.ContentType = "application/x-ndjson; charset=utf-8";
            var output = httpContext.Response.BodyWriter;
            await using var writer = new Utf8JsonWriter(output, JsonBody.WriterOptions);
            for (var lines = first; lines.Count > 0; lines = await store.ReadLinesAsync(jobId, lines[^1].Ordinal, RowsAtOnce, ct))
            {
                foreach (var line in lines)
                {
                    PredictionLineWriter.Write(writer, line);
                    writer.Flush();
                    writer.Reset();
                    output.GetSpan(1)[0] = (byte)'\n';
                    output.Advance(1);
                    if (output.UnflushedBytes >= 64 * 1024) await output.FlushAsync(ct);
                }

                if (lines.Count < RowsAtOnce) break;
            }

            await output.FlushAsync(ct);
        }
    }
}
