using System.CommandLine;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer storage`.</summary>
internal static class StorageCommand
{
    public static Command Create(CliEnvironment env) =>
        RemoteCommand.Create(env, "storage", "Shows what takes how much room in the results' database", async (call, ct) =>
        {
            var storage = await call.Client.GetStorageAsync(ct);
            if (call.Json) env.WriteJson(storage);
            else Write(env, storage);
            return ExitCodes.Done;
        });

    private static void Write(CliEnvironment env, StorageResource storage)
    {
        var whole = new TableView("database", storage.Provider).Add("size", Numbers.Bytes(storage.Bytes));
        if (storage.FreeBytes is { } free) whole.Add("free for new rows", Numbers.Bytes(free));
        whole.Write(env);
        var tables = new TableView("table", "rows", "size", "indices");
        string about = storage.Estimated ? "~" : "";
        foreach (var table in storage.Tables)
            // Where the database knows the room of a table it knows that of its indices too; else both come from the rows.
            tables.Add(
                table.Table, table.Rows is { } rows ? about + Numbers.Count(rows) : "not counted yet",
                table.IndexBytes is null ? about + Numbers.Bytes(table.TableBytes) : Numbers.Bytes(table.TableBytes), table.IndexBytes is { } indices ? Numbers.Bytes(indices) : "");
        tables.Write(env);
        var models = new TableView("model", "revision", "task", "predictions", "size");
        foreach (var model in storage.Models)
            models.Add(model.Model, ModelReference.Abbreviate(model.Revision), model.Task, about + Numbers.Count(model.Predictions), about + Numbers.Bytes(model.Bytes));
        models.Write(env);
        var jobs = new TableView("job", "records", "size");
        foreach (var job in storage.Jobs) jobs.Add(job.JobId.ToString(), about + Numbers.Count(job.Records), about + Numbers.Bytes(job.Bytes));
        jobs.Write(env);
    }
}
