using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using BatchInfer.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Which page of a job's rows. A cursor is the ordinal of the last row already seen.</summary>
internal readonly record struct PageRequest(int Limit, long After)
{
    public const int MaxLimit = 10_000;
    private const int DefaultLimit = 100;

    public static bool TryParse(string? limit, string? cursor, out PageRequest page, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        (page, problem) = (default, null);
        int rows = DefaultLimit;
        long after = -1;
        if (limit is not null && (!int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out rows) || rows is < 1 or > MaxLimit))
            problem = Problems.Invalid("limit", $"Must be a whole number from 1 to {MaxLimit}.");
        else if (cursor is not null && !long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out after))
            problem = Problems.Invalid("cursor", "Must be the next_cursor of the page before.");
        page = new PageRequest(rows, after);
        return problem is null;
    }

    public static string Cursor(long ordinal) => ordinal.ToString(CultureInfo.InvariantCulture);
}
