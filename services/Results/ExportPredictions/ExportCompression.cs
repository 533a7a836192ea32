namespace BatchInfer.Results.ExportPredictions;

internal enum ExportCompression
{
    None,
    Gzip,
    Zstd,
}
