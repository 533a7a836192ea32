using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer lookup`: by text, by key, or by a job's custom ids.</summary>
internal static class LookupCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string?>("--model") { Description = "Name of the model that predicted the texts, or NAME@REVISION", HelpName = "name" };
        var task = new Option<string?>("--task") { Description = "Task [the model's own]", HelpName = "task" };
        var parameters = new ParameterOptions();
        var pair = new Option<bool>("--pair") { Description = "The texts are pairs: two arguments each; on standard input two texts a line with a tab between" };
        var keys = new Option<string[]>("--key") { Description = "By key, instead of a text; may be repeated", HelpName = "key" };
        var job = new Option<string?>("--job") { Description = "The job whose records --id names", HelpName = "id" };
        var ids = new Option<string[]>("--id") { Description = "By the custom id of a record of --job, instead of a text; may be repeated", HelpName = "custom-id" };
        var texts = new Argument<string[]>("text") { Description = "Texts, or - for one a line on standard input", Arity = ArgumentArity.ZeroOrMore };
        var command = RemoteCommand.Create(env, "lookup", "Finds stored predictions by their text, key, or custom id in a job; computes nothing", async (call, ct) =>
        {
            var parsed = call.Parsed;
            string[] askedKeys = parsed.GetValue(keys) ?? [], askedIds = parsed.GetValue(ids) ?? [], askedTexts = parsed.GetValue(texts) ?? [];
            if ((askedKeys.Length > 0 ? 1 : 0) + (askedIds.Length > 0 ? 1 : 0) + (askedTexts.Length > 0 ? 1 : 0) != 1)
                throw CliException.BadInput("Say what to look up in one way: texts with --model, --key, or --id with --job.");
            if ((askedIds.Length > 0) != (parsed.GetValue(job) is not null)) throw CliException.BadInput("--id names a record of a job, and --job the job: give both.");
            var request = new LookupRequest { Model = parsed.GetValue(model), Task = parsed.GetValue(task), Parameters = parameters.Read(parsed, parsed.GetValue(task)) };
            bool named = request.Model is not null || request.Task is not null || request.Parameters is not null || parsed.GetValue(pair);
            if (askedTexts.Length == 0 && named) throw CliException.BadInput("--model, --task, --pair and parameters go with texts: a key or a record of a job has its own.");
            if (askedTexts.Length > 0 && request.Model is null) throw CliException.BadInput("Name the model that predicted the texts with --model.");

            IAsyncEnumerable<LookupResult> found;
            if (askedTexts.Length > 0) found = call.Client.LookupAsync(request, InputsAsync(env, askedTexts, parsed.GetValue(pair), ct), ct);
            else if (askedKeys.Length > 0) found = OnceAsync(call.Client, new LookupRequest { Keys = Array.ConvertAll(askedKeys, ParseKey) }, ct);
            else found = OnceAsync(call.Client, new LookupRequest { JobId = CommonOptions.ParseJob(parsed.GetValue(job)), CustomIds = askedIds }, ct);
            var view = askedTexts.Length > 0 ? LookupView.ByText() : askedKeys.Length > 0 ? LookupView.ByKey() : LookupView.ById();
            return await view.WriteAsync(env, found, call.Json, ct) ? ExitCodes.Done : ExitCodes.NotFound;
        });
        foreach (Option option in (Option[])[model, task, pair, keys, job, ids]) command.Add(option);
        parameters.AddTo(command);
        command.Add(texts);
        return command;
    }

    /// <summary>One call: as many as a command line holds are few.</summary>
    private static async IAsyncEnumerable<LookupResult> OnceAsync(BatchInferClient client, LookupRequest request, [EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var result in (await client.LookupAsync(request, ct)).Data) yield return result;
    }

    private static Guid ParseKey(string text) => Guid.TryParse(text, out var key)
        ? key
        : throw CliException.BadInput($"'{text}' is no key; 'batchinfer lookup --json' shows the key of each prediction.");

    private static async IAsyncEnumerable<JsonNode> InputsAsync(
        CliEnvironment env, string[] texts, bool pair, [EnumeratorCancellation] CancellationToken ct)
    {
        if (texts is not ["-"])
        {
            if (pair && texts.Length % 2 != 0) throw CliException.BadInput("--pair takes the texts in twos; one is left over.");
            foreach (string[] part in texts.Chunk(pair ? 2 : 1)) yield return Input(part);
            yield break;
        }

        using var reader = new StreamReader(env.In());
        long number = 0;
        while (await reader.ReadLineAsync(ct) is { } line)
        {
            number++;
            string[] part = pair ? line.Split('\t') : [line];
            if (pair && part.Length != 2) throw CliException.BadInput($"Line {number} of standard input should hold two texts with a tab between.");
            yield return Input(part);
        }
    }

    private static JsonNode Input(string[] part) => part.Length == 1 ? JsonValue.Create(part[0]) : new JsonArray(part[0], part[1]);
}
