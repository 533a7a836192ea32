using System.Text;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.Corpus;

/// <summary>Plain text: the line is the text.</summary>
internal sealed class TextParser : RecordParser
{
    public TextParser(RecordSchema schema) : base(schema)
    {
        if (schema.TextPairField is not null)
            throw new ArgumentException("A plain text corpus has one text a line, no pairs.", nameof(schema));
    }

    protected override RecordFields Read(ReadOnlyMemory<byte> record) 
    {
        string text = Encoding.UTF8.GetString(record.Span);
        return new RecordFields(null, text, null, null, Schema.Fields ? new JsonObject { [Schema.TextField] = text } : null);
    }
}
