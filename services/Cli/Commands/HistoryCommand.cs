using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer history`.</summary>
internal static class HistoryCommand
{
    public static Command Create(CliEnvironment env)
    {
        var model = new Option<string>("--model") { Description = "Name of the model", Required = true, HelpName = "name" };
        var task = new Option<string?>("--task") { Description = "Task [each revision's own]", HelpName = "task" };
        var parameters = new ParameterOptions();
        var text = new Argument<string>("text") { Description = "The text" };
        var second = new Argument<string?>("second") { Description = "The second text of a pair", Arity = ArgumentArity.ZeroOrOne };
        var command = RemoteCommand.Create(env, "history", "Shows what each revision of a model answered to a text, when and in which job; computes nothing", async (call, ct) =>
        {
            var given = parameters.Read(call.Parsed, call.Parsed.GetValue(task));
            var history = await call.Client.GetHistoryAsync(
                call.Parsed.GetRequiredValue(model), call.Parsed.GetRequiredValue(text), call.Parsed.GetValue(second), call.Parsed.GetValue(task), given, ct);
            await LookupView.OfHistory().WriteAsync(env, history.Data.ToAsyncEnumerable(), call.Json, ct);
            // A revision that has not seen the text is no miss; that none has is one.
            return history.Data.Any(r => r.Found) ? ExitCodes.Done : ExitCodes.NotFound;
        });
        foreach (Option option in (Option[])[model, task]) command.Add(option);
        parameters.AddTo(command);
        command.Add(text);
        command.Add(second);
        return command;
    }
}
