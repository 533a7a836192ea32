using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>One record of a corpus: its text, or the error that stands for it.</summary>
/// <param name="Ordinal">Ordinal in the corpus, from 0.</param>
/// <param name="CustomId">The record's own id; its line number where the schema names no id field or the id cannot be read.</param>
/// <param name="Line">Line on which it begins, from 1.</param>
/// <param name="Text">The text; null when there is an error, or where the schema asks for the fields and none is the text.</param>
/// <param name="TextPair">The second text of a pair; null when the schema names none.</param>
/// <param name="Error">Why the record cannot be predicted, or null.</param>
/// <param name="Fields">All fields, where the schema asks for them.</param>
public readonly record struct CorpusRecord(long Ordinal, string CustomId, long Line, string? Text, string? TextPair, RecordError? Error,
    JsonObject? Fields = null);
