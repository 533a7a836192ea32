using System.CommandLine;
using System.Runtime.CompilerServices;
using System.Text.Json.Nodes;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer lookup`.</summary>
internal static class LookupCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Name of the model", Required = true, HelpName = "name" };
        var task = new Option<string?>("--task") { Description = "Task [the model's own]", HelpName = "task" };
        var parameters = new ParameterOptions();
        var pair = new Option<bool>("--pair") { Description = "The texts are pairs: two arguments each; on standard input two texts a line with a tab between" };
        var texts = new Argument<string[]>("text") { Description = "Texts, or - for one a line on standard input", Arity = ArgumentArity.OneOrMore };
        var command = RemoteCommand.Create(env, "lookup", "Finds stored predictions by their text; computes nothing", async (call, ct) =>
        {
            var request = new LookupRequest
            {
                Model = call.Parsed.GetRequiredValue(model),
                Task = call.Parsed.GetValue(task),
                Parameters = parameters.Read(call.Parsed, call.Parsed.GetValue(task)),
            };
            var table = new TableView("found", "input", "output", "revision");
            bool missed = false;
            var inputs = InputsAsync(env, call.Parsed.GetRequiredValue(texts), call.Parsed.GetValue(pair), ct);
            await foreach (var result in call.Client.LookupAsync(request, inputs, ct))
            {
                missed |= !result.Found;
                if (call.Json) env.WriteJson(result);
                else table.Add(result.Found ? "yes" : "no", TextOf(result), OutputText.Of(result.Output), result.Revision is { } answered ? ModelReference.Abbreviate(answered) : "");
            }

            if (!call.Json) table.Write(env);
            return missed ? ExitCodes.NotFound : ExitCodes.Done;
        });
        foreach (Option option in (Option[])[model, task, pair]) command.Add(option);
        parameters.AddTo(command);
        command.Add(texts);
        return command;
    }

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

    private static string TextOf(LookupResult result) => result.InputPair is { } pair ? $"{result.Input} | {pair}" : result.Input ?? "";
}
