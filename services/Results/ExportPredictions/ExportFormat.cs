namespace BatchInfer.Results.ExportPredictions;

internal enum ExportFormat
{
    Jsonl,
    Csv,
    Parquet,
}
