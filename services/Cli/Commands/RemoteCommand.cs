using System.CommandLine;
using BatchInfer.Cli.Options;

namespace BatchInfer.Cli.Commands;

/// <summary>A command with `--server` and `--json`.</summary>
internal static class RemoteCommand
{
    public static Command Create(CliEnvironment env, string name, string description, Func<RemoteCall, CancellationToken, Task<int>> action)
    {
        var server = ServerOption.Create();
        var json = CommonOptions.Json();
        var command = new Command(name, description) { server, json };
        command.SetAction(async (parsed, ct) =>
        {
            using var client = ServerOption.Connect(env, parsed.GetValue(server));
            return await action(new RemoteCall(parsed, client, parsed.GetValue(json)), ct);
        });
        return command;
    }
}
