using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models add`.</summary>
internal static class AddModelCommand
{
    public static Command Create(CliEnvironment env)
    {
        var folder = new Argument<string>("folder") { Description = "Folder of a model in Hugging Face layout" };
        var name = new Option<string?>("--name") { Description = "Name of the model [the folder's]", HelpName = "name" };
        var link = new Option<bool>("--link") { Description = "Link to the folder instead of copying its files" };
        var (models, json) = (Folders.CreateModels(), CommonOptions.Json());
        var command = new Command("add", "Takes a model's folder into the models folder, after checking that it can be used") { folder, name, link, models, json };
        command.SetAction(async (parsed, ct) =>
        {
            string from = parsed.GetRequiredValue(folder);
            if (!Directory.Exists(from)) throw CliException.BadInput($"There is no folder '{from}'.");
            string to = NewModel.Folder(Folders.Models(env, parsed.GetValue(models)), parsed.GetValue(name) ?? Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(from))));
            var added = await Task.Run(() => ModelCopy.Add(from, to, parsed.GetValue(link), ct), ct);
            NewModel.Announce(env, added, parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }
}
