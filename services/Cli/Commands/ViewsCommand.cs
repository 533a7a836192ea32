using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer views list|create|delete`.</summary>
internal static class ViewsCommand
{
    public static Command Create(CliEnvironment env) =>
        new("views", "Views and tables in PostgreSQL that show stored predictions to any tool that reads SQL") { List(env), Put(env), Delete(env) };

    private static Command List(CliEnvironment env) => RemoteCommand.Create(env, "list", "Lists them", async (call, ct) =>
    {
        Write(env, call.Json, [.. (await call.Client.ListViewsAsync(ct)).Data]);
        return ExitCodes.Done;
    });

    private static Command Put(CliEnvironment env)
    {
        var name = new Argument<string>("name") { Description = "Name of the view: letters, digits and _" };
        var job = new Option<string?>("--job") { Description = "The job whose records it shows", HelpName = "id" };
        var model = new Option<string?>("--model") { Description = "The model whose predictions it shows: NAME@REVISION, or NAME for what the name stands for", HelpName = "model" };
        var task = new Option<string?>("--task") { Description = "Only predictions of this task, with --model", HelpName = "task" };
        var table = new Option<bool>("--table") { Description = "A table with the rows as they are now, instead of a view" };
        var input = new Option<bool>("--with-input") { Description = "The corpus' own columns beside each prediction, with --job and --table" };
        var command = RemoteCommand.Create(env, "create", "Makes one, or replaces one made so", async (call, ct) =>
        {
            var view = new ViewRequest
            {
                JobId = call.Parsed.GetValue(job) is { } id ? CommonOptions.ParseJob(id) : null,
                Model = call.Parsed.GetValue(model), Task = call.Parsed.GetValue(task), Table = call.Parsed.GetValue(table),
                Input = call.Parsed.GetValue(input),
            };
            if (view.Input && !(view.Table && view.JobId is not null)) throw CliException.BadInput("--with-input keeps the columns of a job's corpus in a table: name --job, and --table.");
            Write(env, call.Json, [await call.Client.PutViewAsync(call.Parsed.GetRequiredValue(name), view, ct)]);
            return ExitCodes.Done;
        });
        command.Add(name);
        foreach (Option option in (Option[])[job, model, task, table, input]) command.Add(option);
        return command;
    }

    private static Command Delete(CliEnvironment env)
    {
        var name = new Argument<string>("name") { Description = "Name of the view or table" };
        var command = RemoteCommand.Create(env, "delete", "Removes one; predictions stay", async (call, ct) =>
        {
            await call.Client.DeleteViewAsync(call.Parsed.GetRequiredValue(name), ct);
            if (call.Json) env.WriteJson(new { name = call.Parsed.GetRequiredValue(name), deleted = true });
            return ExitCodes.Done;
        });
        command.Add(name);
        return command;
    }

    private static void Write(CliEnvironment env, bool json, IReadOnlyList<ViewResource> views)
    {
        var table = new TableView("name", "kind", "shows", "sql");
        foreach (var view in views)
        {
            if (json) env.WriteJson(view);
            else table.Add(view.Name, view.Table ? "table" : "view", view.Source, view.Sql);
        }

        if (!json) table.Write(env);
    }
}
