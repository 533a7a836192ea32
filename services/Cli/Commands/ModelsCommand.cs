using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Rendering;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models`.</summary>
internal static class ModelsCommand
{
    public static Command Create(CliEnvironment env) => RemoteCommand.Create(env, "models", "Lists the models that a server's workers serve", async (call, ct) =>
    {
        var models = await call.Client.ListModelsAsync(ct);
        var table = new TableView("model", "task", "architecture", "context", "labels", "size", "workers", "revision");
        foreach (var model in models.Data)
        {
            if (call.Json) env.WriteJson(model);
            table.Add(model.Id, model.DefaultTask, model.Architecture, model.ContextLength.ToString(CultureInfo.InvariantCulture),
                model.Labels.Count <= 4 ? string.Join(", ", model.Labels) : $"{model.Labels[0]}, {model.Labels[1]}, … ({model.Labels.Count})",
                Numbers.Bytes(model.SizeBytes), model.Workers.ToString(CultureInfo.InvariantCulture), model.Revision[..Math.Min(12, model.Revision.Length)]);
        }

        if (!call.Json) table.Write(env);
        return ExitCodes.Done;
    });
}
