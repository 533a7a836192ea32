using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>What of a job is exported, and how.</summary>
/// <param name="Format">File format.</param>
/// <param name="Compression">Of the whole file; of Parquet, of its pages.</param>
/// <param name="WithInput">Beside each prediction the columns of its record in the corpus.</param>
/// <param name="From">Ordinal of the first record: where an export that broke off goes on.</param>
/// <param name="To">Ordinal behind the last record.</param>
internal sealed record ExportRequest(ExportFormat Format, ExportCompression Compression, bool WithInput, long From, long To)
{
    private static readonly (string Name, string MediaType, ExportFormat Format)[] Formats =
    [
        ("jsonl", "application/x-ndjson", ExportFormat.Jsonl),
        ("csv", "text/csv", ExportFormat.Csv),
        ("parquet", "application/vnd.apache.parquet", ExportFormat.Parquet),
    ];

    public string MediaType => Compression switch
    {
        ExportCompression.Gzip when Format != ExportFormat.Parquet => "application/gzip",
        ExportCompression.Zstd when Format != ExportFormat.Parquet => "application/zstd",
        _ => Array.Find(Formats, f => f.Format == Format).MediaType,
    };

    /// <summary>Ending of a file's name.</summary>
    public string Extension => "." + Array.Find(Formats, f => f.Format == Format).Name + Compression switch
    {
        ExportCompression.Gzip when Format != ExportFormat.Parquet => ".gz",
        ExportCompression.Zstd when Format != ExportFormat.Parquet => ".zst",
        _ => "",
    };

    /// <summary>The format that the request names, by <c>format</c> or <c>Accept</c>; null for a page of JSON.</summary>
    public static bool TryFormat(HttpRequest request, out ExportFormat? format, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        (format, problem) = (null, null);
        if (request.Query["format"].FirstOrDefault() is { } name)
        {
            int known = Array.FindIndex(Formats, f => f.Name == name);
            if (known >= 0) format = Formats[known].Format;
            else if (name != "json") problem = Problems.Invalid("format", $"Must be json or one of: {string.Join(", ", Formats.Select(f => f.Name))}.");
            return problem is null;
        }

        foreach (var accepted in request.GetTypedHeaders().Accept)
        {
            int known = Array.FindIndex(Formats, f => accepted.MediaType.Equals(f.MediaType, StringComparison.OrdinalIgnoreCase));
            if (known < 0) continue;
            format = Formats[known].Format;
            break;
        }

        return true;
    }

    public static bool TryParse(
        IQueryCollection query, ExportFormat format, [NotNullWhen(true)] out ExportRequest? export, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        export = null;
        problem = null;
        long from = 0, to = long.MaxValue;
        bool input = false;
        var compression = ExportCompression.None;
        foreach (string paging in (string[])["limit", "cursor"])
            if (query.ContainsKey(paging)) problem = Problems.Invalid(paging, "An export is no page; from and to say which part of the job it holds.");
        if (query["compression"].FirstOrDefault() is { } named && !(Enum.TryParse(named, ignoreCase: true, out compression) && Enum.IsDefined(compression)))
            problem = Problems.Invalid("compression", "Must be none, gzip or zstd.");
        if (query["input"].FirstOrDefault() is { } wanted && !bool.TryParse(wanted, out input)) problem = Problems.Invalid("input", "Must be true or false.");
        if (query["from"].FirstOrDefault() is { } first && !long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out from))
            problem = Problems.Invalid("from", "Must be the ordinal of a record: 0 or more.");
        if (query["to"].FirstOrDefault() is { } end && (!long.TryParse(end, NumberStyles.None, CultureInfo.InvariantCulture, out to) || to <= from))
            problem = Problems.Invalid("to", "Must be an ordinal behind from.");
        if (problem is not null) return false;
        export = new ExportRequest(format, compression, input, from, to);
        return true;
    }
}
