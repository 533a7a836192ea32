namespace BatchInfer.Corpus;

/// <summary>A place between two records.</summary>
/// <param name="Offset">Byte offset in the corpus.</param>
/// <param name="Ordinal">Ordinal of the next record, from 0.</param>
/// <param name="Line">Line number of the byte at the offset, from 1.</param>
public readonly record struct ScanPosition(long Offset, long Ordinal, long Line);
