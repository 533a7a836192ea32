namespace BatchInfer.Results.ExportPredictions;

/// <summary>Writes rows in one file format.</summary>
internal interface IExportWriter : IAsyncDisposable
{
    Task WriteAsync(ExportRow row, CancellationToken ct);

    /// <summary>Writes what is still to write. A file without this is not complete.</summary>
    Task CompleteAsync(CancellationToken ct);
}
