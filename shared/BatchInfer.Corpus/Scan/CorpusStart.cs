namespace BatchInfer.Corpus;

/// <summary>Where the records of a corpus begin.</summary>
/// <param name="Data">Behind a byte order mark and, in CSV, the header.</param>
/// <param name="CsvHeader">Header record of a CSV corpus without its line end; null for other formats.</param>
public sealed record CorpusStart(ScanPosition Data, string? CsvHeader);
