using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models show`.</summary>
internal static class ShowModelCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Argument<string>("model") { Description = "Name in the models folder, or a model's folder" };
        var (models, json) = (Folders.CreateModels(), CommonOptions.Json());
        var command = new Command("show", "Describes a model on this machine from its files") { model, models, json };
        command.SetAction(parsed =>
        {
            var variants = ModelFolders.ResolveAll(parsed.GetRequiredValue(model), Folders.Models(env, parsed.GetValue(models)))
                .Select(m => (Model: m, Details: ModelDetails.Read(m))).ToList();
            if (parsed.GetValue(json)) WriteJson(env, variants);
            else Describe(env, variants);
            return ExitCodes.Done;
        });
        return command;
    }

    private static void WriteJson(CliEnvironment env, List<(ModelPackage Model, ModelDetails Details)> variants)
    {
        foreach (var (model, details) in variants)
        {
            var d = model.Descriptor;
            env.WriteJson(new
            {
                d.Name, d.Revision, d.Architecture, d.DefaultTask, d.Tasks, d.ContextLength, d.Labels, d.SizeBytes,
                details.Parameters, details.IsQuantized, details.Tokenizer, details.VocabularySize, details.Inputs, details.Outputs, model.GraphPath,
            });
        }
    }

    private static void Describe(CliEnvironment env, List<(ModelPackage Model, ModelDetails Details)> variants)
    {
        var (model, details) = variants[0];
        var d = model.Descriptor;
        var facts = new TableView("", d.Name)
            .Add("architecture", d.Architecture)
            .Add("folder", model.Directory)
            .Add("tokenizer", $"{details.Tokenizer}, {Numbers.Count(details.VocabularySize)} tokens")
            .Add("context", $"{Numbers.Count(d.ContextLength)} tokens")
            .Add("inputs", string.Join(", ", details.Inputs))
            .Add("outputs", string.Join(", ", details.Outputs));
        if (d.Labels.Count > 0) facts.Add("labels", string.Join(", ", d.Labels));
        foreach (var (task, defaults) in d.Tasks) facts.Add(task == d.DefaultTask ? "task (default)" : "task", $"{task} {defaults}");
        facts.Write(env);
        env.Out.WriteLine();
        var table = new TableView("variant", "size", "parameters", "kind", "revision");
        foreach (var (variant, its) in variants)
            table.Add(variant.Descriptor.Name, Numbers.Bytes(variant.Descriptor.SizeBytes), its.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                its.IsQuantized ? "int8" : "float", ModelReference.Abbreviate(variant.Descriptor.Revision));
        table.Write(env);
    }
}
