namespace BatchInfer.Corpus;

/// <summary>What stands before the first record.</summary>
/// <param name="Data">Where records begin: behind a byte order mark and the header.</param>
/// <param name="CsvHeader">The header of a CSV corpus without its line end; else null.</param>
public sealed record CorpusStart(ScanPosition Data, string? CsvHeader);
