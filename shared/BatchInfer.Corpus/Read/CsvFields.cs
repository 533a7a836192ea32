using System.Text;
using CsvHelper;

namespace BatchInfer.Corpus;

/// <summary>The fields of one CSV record (RFC 4180, comma), by CsvHelper.</summary>
internal static class CsvFields
{
    private static readonly CsvReaderOptions Options = new()
    {
        Separator = ',',
        HasHeader = false,
        SkipEmptyLines = false,
        DetectSeparatorHint = false,
        TrackLineNumbers = false,
        MaxRecordSize = CorpusReader.MaxRecordBytes + 16,
        MalformedData = CsvMalformedDataHandling.Throw,
        MissingField = CsvMissingFieldHandling.Throw,
    };

    /// <summary>Parses one record, which may hold line ends in quotes.</summary>
    /// <returns>Null when a quote stands in a wrong place.</returns>
    public static List<string>? Parse(string record) => Parse(Encoding.UTF8.GetBytes(record));

    /// <summary>Parses one record, which may hold line ends in quotes.</summary>
    /// <returns>Null when a quote stands in a wrong place.</returns>
    public static List<string>? Parse(ReadOnlySpan<byte> record)
    {
        try
        {
            using var reader = CsvReader.Create(record.ToArray(), Options);
            if (!reader.Read()) return [""];
            var fields = new List<string>(reader.FieldCount);
            for (int i = 0; i < reader.FieldCount; i++) fields.Add(reader.GetString(i));
            // A second record in one is a carriage return outside of quotes.
            return reader.Read() ? null : fields;
        }
        catch (CsvFormatException)
        {
            return null;
        }
    }
}
