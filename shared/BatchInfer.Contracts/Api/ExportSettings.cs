namespace BatchInfer.Contracts;

/// <summary>How a job's predictions are exported as a file by <c>GET /v1/jobs/{id}/predictions</c>.</summary>
public sealed record ExportSettings
{
    /// <summary><c>jsonl</c>, <c>csv</c> or <c>parquet</c>.</summary>
    public string Format { get; init; } = "jsonl";

    /// <summary><c>none</c>, <c>gzip</c> or <c>zstd</c>: of the file, or of a Parquet file's pages.</summary>
    public string Compression { get; init; } = "none";

    /// <summary>Beside each prediction the columns that its record has in the corpus.</summary>
    public bool Input { get; init; }

    /// <summary>Ordinal of the first record.</summary>
    public long From { get; init; }

    /// <summary>Ordinal behind the last record; null for all.</summary>
    public long? To { get; init; }
}
