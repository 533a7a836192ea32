using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.ServiceDefaults;

/// <summary>Where a service shows its metrics and its health, section <c>Management</c>.</summary>
public sealed class ManagementOptions
{
    /// <summary>Configuration section.</summary>
    public const string Section = "Management";

    /// <summary>
    /// A port of their own for <c>/metrics</c> and <c>/health</c>, which has nothing else; every other port has of them <c>/health/live</c>
    /// alone, which says nothing but that the process is there. Without a value they are where all the rest is.
    /// </summary>
    [Range(1, 65_535)] public int? Port { get; set; }
}

[OptionsValidator]
internal sealed partial class ManagementOptionsValidator : IValidateOptions<ManagementOptions>;
