using BatchInfer.Contracts;
using BatchInfer.Corpus;

namespace BatchInfer.Cli.Options;

/// <summary>Which format a corpus has, by what was said or by its name.</summary>
internal static class InputFormat
{
    public static RecordFormat Resolve(string? said, string path)
    {
        if (said is not null)
        {
            return said switch
            {
                "jsonl" => RecordFormat.Jsonl,
                "csv" => RecordFormat.Csv,
                "text" => RecordFormat.Text,
                _ => throw CliException.BadInput($"--format '{said}' is no format; the formats are: jsonl, csv, text."),
            };
        }

        // Of an address the query is no part of the name.
        if (ObjectAddress.IsOne(path) && ObjectAddress.TryParse(path, out var address, out _)) path = address.FileName;
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() switch
        {
            ".jsonl" or ".ndjson" => RecordFormat.Jsonl,
            ".csv" => RecordFormat.Csv,
            ".txt" or ".text" => RecordFormat.Text,
            ".tsv" or ".tab" => throw CliException.BadInput($"'{path}' is separated by tabs, which is not read; make it CSV first, e.g. with: "
                + "python3 -c 'import csv, sys; csv.writer(sys.stdout).writerows(csv.reader(sys.stdin, csv.excel_tab))' < in.tsv > out.csv"),
            _ => throw CliException.BadInput($"The name of '{path}' does not tell how its records are written; say --format jsonl, csv or text."),
        };
    }
}
