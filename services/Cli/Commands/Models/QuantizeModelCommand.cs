using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models quantize`.</summary>
internal static class QuantizeModelCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Argument<string>("model") { Description = "Name in the models folder, or a model's folder" };
        var output = new Option<string?>("--output", "-o") { Description = "Folder of a new model [the model's own: its variant int8]", HelpName = "folder" };
        var samples = new Option<string?>("--samples")
        {
            Description = "Corpus of texts like those to be predicted: measures the scales of activations beforehand, so that rows run in batches",
            HelpName = "file",
        };
        var textField = new Option<string>("--text-field") { Description = "Field or column of the samples' text [text]", DefaultValueFactory = _ => "text", HelpName = "field" };
        var (models, json) = (Folders.CreateModels(), CommonOptions.Json());
        var command = new Command("quantize", "Writes an int8 variant of a model: about a quarter of the size; 'compare' says what it gains and costs") { model, output, samples, textField, models, json };
        command.SetAction(async (parsed, ct) =>
        {
            var package = ModelFolders.Resolve(parsed.GetRequiredValue(model), Folders.Models(env, parsed.GetValue(models)));
            var texts = parsed.GetValue(samples) is { } path
                ? await SampleTexts.ReadAsync(path, parsed.GetRequiredValue(textField), ModelQuantizer.MaxSamples, ct)
                : null;
            string directory = parsed.GetValue(output) ?? package.Directory;
            var report = await Task.Run(() => ModelQuantizer.Quantize(package, directory, texts, ct), ct);
            string name = Check(package, directory, report);
            if (parsed.GetValue(json)) env.WriteJson(new { model = name, report.GraphPaths, report.Scheme, report.Matrices, report.Tables, report.SourceBytes, report.Bytes });
            else Describe(env, name, report);
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>Loads and runs what was written, so that nothing broken is left to be found by a job.</summary>
    private static string Check(ModelPackage source, string directory, QuantizationReport report)
    {
        bool variant = directory == source.Directory;
        string folder = variant ? source.Descriptor.Name.Split(':')[0] : Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(directory)));
        var written = ModelPackage.Read(folder, directory).First(m => report.GraphPaths.Contains(m.GraphPath, StringComparer.Ordinal));
        using var engine = InferenceEngine.Load(written, new InferenceOptions { ParallelRuns = 1 });
        return written.Descriptor.Name;
    }

    private static void Describe(CliEnvironment env, string name, QuantizationReport report) =>
        new TableView("model", "size", "before", "matrices", "tables", "scales")
            .Add(name, Numbers.Bytes(report.Bytes), Numbers.Bytes(report.SourceBytes), report.Matrices.ToString(CultureInfo.InvariantCulture),
                report.Tables.ToString(CultureInfo.InvariantCulture), report.Scheme == QuantizationScheme.Static ? "from samples" : "at run time")
            .Write(env);
}
