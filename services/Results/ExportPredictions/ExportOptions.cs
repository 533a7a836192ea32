using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Results.ExportPredictions;

/// <summary>Settings of exports, section <c>Export</c>.</summary>
internal sealed class ExportOptions
{
    public const string Section = "Export";

    /// <summary>Where the coordinator answers, to read the input's own columns there. Absent where it is in this process.</summary>
    public Uri? Coordinator { get; set; }

    /// <summary>Schema that views and tables of predictions go into; without one there are none. Made where it is not there.</summary>
    [RegularExpression("^(?!pg_|information_schema$|results$|coordinator$)[A-Za-z_][A-Za-z0-9_]{0,62}$",
        ErrorMessage = "Export:ViewSchema must have letters, digits and _, and be none of the database's or this product's own schemas.")]
    public string? ViewSchema { get; set; }
}

[OptionsValidator]
internal sealed partial class ExportOptionsValidator : IValidateOptions<ExportOptions>;
