using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace BatchInfer.Coordinator.Retain;

/// <summary>What is deleted by itself, section <c>Retention</c>. Nothing by default.</summary>
internal sealed class RetentionOptions
{
    public const string Section = "Retention";

    /// <summary>Days after its end at which a job is deleted with its records; 0 keeps jobs.</summary>
    [Range(0, 36_500)] public double JobDays { get; set; }

    /// <summary>Days after it was stored at which a prediction is deleted that no job names; 0 keeps predictions.</summary>
    [Range(0, 36_500)] public double PredictionDays { get; set; }

    /// <summary>Minutes between two looks.</summary>
    [Range(1, 10_080)] public int EveryMinutes { get; set; } = 60;
}

[OptionsValidator]
internal sealed partial class RetentionOptionsValidator : IValidateOptions<RetentionOptions>;
