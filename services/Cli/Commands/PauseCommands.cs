using System.CommandLine;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer pause` and `batchinfer resume`.</summary>
internal static class PauseCommands
{
    public static Command CreatePause(CliEnvironment env) =>
        Create(env, "pause", "Holds a job: what is in flight ends, nothing else begins", (client, id, ct) => client.PauseJobAsync(id, ct));

    public static Command CreateResume(CliEnvironment env) =>
        Create(env, "resume", "Goes on with a paused job", (client, id, ct) => client.ResumeJobAsync(id, ct));

    private static Command Create(
        CliEnvironment env, string name, string description, Func<BatchInferClient, Guid, CancellationToken, Task<JobResource>> act)
    {
        var id = CommonOptions.Job();
        var command = RemoteCommand.Create(env, name, description, async (call, ct) =>
        {
            JobViews.WriteStatus(env, await act(call.Client, CommonOptions.ParseJob(call.Parsed.GetValue(id)), ct), call.Json);
            return ExitCodes.Done;
        });
        command.Add(id);
        return command;
    }
}
