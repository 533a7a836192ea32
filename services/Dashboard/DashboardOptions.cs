using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Dashboard;

/// <summary>The web page, section <c>Dashboard</c>.</summary>
internal sealed class DashboardOptions
{
    public const string Section = "Dashboard";

    /// <summary>Base address of the HTTP API. Where it is absent, Standalone answers it itself; the page as a process of its own asks <c>http://127.0.0.1:5080</c>.</summary>
    public Uri? Server { get; set; }

    /// <summary>
    /// Where a job's trace is shown, with <c>{trace_id}</c> in place of its id, e.g. <c>http://localhost:16686/trace/{trace_id}</c>.
    /// Without it the page shows the id alone.
    /// </summary>
    [RegularExpression(@"https?://.*\{trace_id\}.*", ErrorMessage = "Dashboard:TraceUrl must be an http or https address with {trace_id} in it.")]
    public string? TraceUrl { get; set; }

    /// <summary>Seconds between two looks at what is shown.</summary>
    [Range(0.1, 60)] public double RefreshSeconds { get; set; } = 1;

    public TimeSpan Refresh => TimeSpan.FromSeconds(RefreshSeconds);
}

[OptionsValidator]
internal sealed partial class DashboardOptionsValidator : IValidateOptions<DashboardOptions>;
