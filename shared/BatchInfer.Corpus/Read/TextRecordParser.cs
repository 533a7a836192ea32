using System.Text;

namespace BatchInfer.Corpus;

/// <summary>A line is a text.</summary>
internal sealed class TextRecordParser : IRecordParser
{
    public ParsedRecord Parse(ReadOnlySpan<byte> record) => new(null, Encoding.UTF8.GetString(record), null, null, null);
}
