using System.Text;

namespace BatchInfer.Corpus;

/// <summary>Reads the header of a CSV corpus.</summary>
public static class CsvHeader
{
    /// <summary>Names of the columns, in order, as written: spaces are part of a name.</summary>
    /// <param name="header"><see cref="CorpusStart.CsvHeader"/>.</param>
    /// <exception cref="CorpusFormatException">The quotes of the header do not pair.</exception>
    public static IReadOnlyList<string> Columns(string header)
    {
        ArgumentNullException.ThrowIfNull(header);
        var names = new List<string>();
        var fields = new CsvFields(Encoding.UTF8.GetBytes(header));
        while (fields.MoveNext()) names.Add(fields.Text);
        return fields.Fault is null
            ? names
            : throw new CorpusFormatException(CorpusErrorCodes.MalformedHeader, $"The CSV header cannot be read: {fields.Fault}.");
    }
}
