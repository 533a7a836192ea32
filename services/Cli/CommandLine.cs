using System.CommandLine;
using BatchInfer.Cli.Commands;
using BatchInfer.Cli.Options;
using BatchInfer.Contracts;

namespace BatchInfer.Cli;

/// <summary>The whole command: parsing, and what its failures look like.</summary>
internal static class CommandLine
{
    public static async Task<int> InvokeAsync(string[] args, CliEnvironment env, CancellationToken ct)
    {
        var parsed = CreateRoot(env).Parse(args, NoResponseFiles);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors) env.Say(error.Message);
            env.Say($"'{Path(parsed.CommandResult.Command)} --help' lists what it takes.");
            return ExitCodes.BadInput;
        }

        var invocation = new InvocationConfiguration
        {
            Output = env.Out,
            Error = env.Error,
            EnableDefaultExceptionHandler = false,
            // Interrupts handles the signals; a second handler here would cut the server's orderly stop short.
            ProcessTerminationTimeout = null,
        };
        try
        {
            return await parsed.InvokeAsync(invocation, ct);
        }
        catch (CliException e)
        {
            env.Say(e.Message);
            return e.ExitCode;
        }
        // A signal reaches the embedded server too, so the last call may fail for its own reason before the token is seen.
        catch (Exception e) when (ct.IsCancellationRequested && (e is OperationCanceledException || Failures.Describe(e) is not null))
        {
            env.Say("Interrupted.");
            return ExitCodes.Interrupted;
        }
        catch (Exception e) when (Failures.Describe(e) is { } failure)
        {
            env.Say(e is BatchInferApiException { Detail: { } detail } refused && RequestFields.OptionOf(refused.Field, parsed) is { } option ? $"{option}: {detail}" : failure.Message);
            return failure.ExitCode;
        }
        // A defect: its trace helps whoever reports it, and a script still gets a documented exit code.
        catch (Exception e)
        {
            env.Error.WriteLine(e);
            return ExitCodes.Failed;
        }
    }

    // @FILE is how a template or examples are given: the parser must not take it for a file of arguments.
    private static readonly ParserConfiguration NoResponseFiles = new() { ResponseFileTokenReplacer = null };

    public static RootCommand CreateRoot(CliEnvironment env) =>
        new($"Runs a transformer over a whole corpus once and keeps every prediction.\n\n{ExitCodes.Help}")
        {
            RunCommand.Create(env),
            PlanCommand.Create(env),
            PromptCommand.Create(env),
            ServeCommand.Create(env),
            SubmitCommand.Create(env),
            JobsCommand.Create(env),
            StatusCommand.Create(env),
            WatchCommand.Create(env),
            PauseCommands.CreatePause(env),
            PauseCommands.CreateResume(env),
            PriorityCommand.Create(env),
            CancelCommand.Create(env),
            RetryCommand.Create(env),
            LookupCommand.Create(env),
            HistoryCommand.Create(env),
            ExportCommand.Create(env),
            ErrorsCommand.Create(env),
            ModelsCommand.Create(env),
            CompareCommand.Create(env),
            DiffCommand.Create(env),
            ViewsCommand.Create(env),
            StorageCommand.Create(env),
            DoctorCommand.Create(env),
            RetentionCommand.Create(env),
            FilesCommand.Create(env),
        };

    private static string Path(Command command) =>
        string.Join(' ', command.Parents.OfType<Command>().Take(1).Select(Path).Append(command is RootCommand ? "batchinfer" : command.Name));
}
