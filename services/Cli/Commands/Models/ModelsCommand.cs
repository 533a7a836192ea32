using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models` and what it does with models.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliEnvironment env)
    {
        // Without a subcommand it lists, as the other nouns do.
        var models = CreateList(env, "models", "Lists the models that a server serves; gets, describes and quantises models");
        models.Add(CreateList(env, "list", "Lists the models that a server's workers serve"));
        models.Add(RevisionCommands.CreateList(env));
        models.Add(RevisionCommands.CreatePromote(env));
        models.Add(PullModelCommand.Create(env));
        models.Add(AddModelCommand.Create(env));
        models.Add(ShowModelCommand.Create(env));
        models.Add(QuantizeModelCommand.Create(env));
        return models;
    }

    private static Command CreateList(CliEnvironment env, string name, string description) => RemoteCommand.Create(env, name, description, async (call, ct) =>
    {
        var models = await call.Client.ListModelsAsync(ct);
        var table = new TableView("model", "task", "architecture", "context", "labels", "size", "workers", "revision", "other revisions");
        foreach (var model in models.Data)
        {
            if (call.Json) env.WriteJson(model);
            table.Add(model.Id, model.DefaultTask, model.Architecture, model.ContextLength.ToString(CultureInfo.InvariantCulture),
                model.Labels.Count <= 4 ? string.Join(", ", model.Labels) : $"{model.Labels[0]}, {model.Labels[1]}, … ({model.Labels.Count})",
                Numbers.Bytes(model.SizeBytes), model.Workers.ToString(CultureInfo.InvariantCulture), ModelReference.Abbreviate(model.Revision), Others(model));
        }

        if (!call.Json) table.Write(env);
        return ExitCodes.Done;
    });

    private static string Others(ModelResource model) => string.Join(
        ", ", (model.Revisions ?? []).Where(r => r.Revision != model.Revision).Take(3).Select(r => ModelReference.Abbreviate(r.Revision) + (r.Workers > 0 ? " (served)" : "")));
}
