using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>The prompt of one record: its turns, or the error that stands for it.</summary>
/// <param name="Messages">System text, examples and the record's own turn, in order; empty with an error.</param>
/// <param name="Text">The same as one plain text; null with an error.</param>
/// <param name="Error">Why there is none, or null.</param>
public readonly record struct RecordPrompt(IReadOnlyList<ChatMessage> Messages, string? Text, RecordError? Error);
