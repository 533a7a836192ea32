using System.CommandLine;
using System.Globalization;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models revisions` and `batchinfer models promote`.</summary>
internal static class RevisionCommands
{
    public static Command CreateList(CliEnvironment env)
    {
        var model = new Argument<string>("model") { Description = "Name of the model" };
        var command = RemoteCommand.Create(env, "revisions", "Lists the revisions of a model, and which one its name stands for", async (call, ct) =>
        {
            Write(env, await call.Client.GetModelAsync(call.Parsed.GetRequiredValue(model), ct), call.Json);
            return ExitCodes.Done;
        });
        command.Add(model);
        return command;
    }

    public static Command CreatePromote(CliEnvironment env)
    {
        var model = new Argument<string>("model") { Description = "Name of the model" };
        var revision = new Argument<string>("revision") { Description = "Revision, or its beginning; 'batchinfer models revisions' lists them" };
        var command = RemoteCommand.Create(env, "promote", "Lets a name stand for another revision, in jobs and lookups from now on", async (call, ct) =>
        {
            Write(env, await call.Client.PromoteModelAsync(call.Parsed.GetRequiredValue(model), call.Parsed.GetRequiredValue(revision), ct), call.Json);
            return ExitCodes.Done;
        });
        command.Add(model);
        command.Add(revision);
        return command;
    }

    private static void Write(CliEnvironment env, ModelResource model, bool json)
    {
        if (json)
        {
            env.WriteJson(model);
            return;
        }

        var table = new TableView("revision", "promoted", "workers", "first seen", "last announced");
        foreach (var revision in model.Revisions ?? [])
            table.Add(revision.Revision, revision.Promoted ? "yes" : "", revision.Workers.ToString(CultureInfo.InvariantCulture),
                Numbers.Time(revision.FirstSeenAt), Numbers.Time(revision.AnnouncedAt));
        table.Write(env);
    }
}
