namespace BatchInfer.Corpus;

/// <summary>A field that could not be read: why its record is an error row.</summary>
/// <param name="Code">Code of the error row.</param>
/// <param name="Message">A sentence for the user.</param>
internal readonly record struct RecordFault(string Code, string Message);
