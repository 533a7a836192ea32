namespace BatchInfer.Corpus;

/// <summary>Reads the fields of one record: one implementation per format.</summary>
internal interface IRecordParser
{
    /// <summary>Parses a record.</summary>
    /// <param name="record">Its bytes: valid UTF-8, without the line end.</param>
    ParsedRecord Parse(ReadOnlySpan<byte> record);
}
