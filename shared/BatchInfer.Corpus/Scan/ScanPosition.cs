namespace BatchInfer.Corpus;

/// <summary>A place between two records of a corpus.</summary>
/// <param name="Offset">Byte offset in the file.</param>
/// <param name="Ordinal">Ordinal of the next record, from 0.</param>
/// <param name="Line">Line number of that byte, from 1.</param>
public readonly record struct ScanPosition(long Offset, long Ordinal, long Line);
