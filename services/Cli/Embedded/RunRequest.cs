using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Embedded;

/// <summary>What `run` was asked for, checked.</summary>
/// <param name="Model">The model.</param>
/// <param name="Input">The corpus.</param>
/// <param name="Output">What to write the predictions to; null for a table of samples.</param>
/// <param name="Export">How they are written to it.</param>
/// <param name="Job">The job but for its model and input.</param>
/// <param name="DataFolder">Where predictions are kept.</param>
/// <param name="Json">Whether the result is for a script.</param>
internal sealed record RunRequest(ModelArgument Model, InputFile Input, OutputFile? Output, ExportSettings Export, JobRequest Job, string DataFolder, bool Json);
