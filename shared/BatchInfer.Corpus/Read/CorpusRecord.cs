using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>One record of a corpus: a text, or what is wrong with it.</summary>
/// <param name="Ordinal">Ordinal in the corpus, from 0.</param>
/// <param name="CustomId">The record's own id; the line number where it has none, or it cannot be read.</param>
/// <param name="Line">Line on which it begins, from 1.</param>
/// <param name="Text">Text; null when <paramref name="Error"/> is set.</param>
/// <param name="TextPair">Second text of a pair, or null.</param>
/// <param name="Error">Why it cannot be predicted, or null.</param>
public readonly record struct CorpusRecord(long Ordinal, string CustomId, long Line, string? Text, string? TextPair, RecordError? Error);
