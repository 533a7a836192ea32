namespace BatchInfer.Corpus;

/// <summary>One record as it stands in the corpus, good or bad.</summary>
/// <param name="Ordinal">Ordinal in the corpus, from 0.</param>
/// <param name="Bytes">The record without its line end; empty where it is longer than <see cref="CorpusLimits.MaxRecordBytes"/>. Valid until the next one is read.</param>
public readonly record struct CorpusRow(long Ordinal, ReadOnlyMemory<byte> Bytes);
