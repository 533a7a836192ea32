using System.Text.Json;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.Standalone;
using Spectre.Console;

namespace BatchInfer.Cli;

/// <summary>What a command touches of the world around it: streams, terminal, variables, clock and the embedded server.</summary>
/// <remarks>The consoles are functions, since `--help` and pipes need none and building one costs start-up time.</remarks>
internal sealed record CliEnvironment
{
    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    /// <summary>Standard output as bytes, for predictions.</summary>
    public required Func<Stream> OutBytes { get; init; }

    public required Func<Stream> In { get; init; }

    public required bool OutIsTerminal { get; init; }

    public required bool ErrorIsTerminal { get; init; }

    public required Func<IAnsiConsole> OutConsole { get; init; }

    public required Func<IAnsiConsole> ErrorConsole { get; init; }

    public required Func<string, string?> Variable { get; init; }

    public required Func<StandaloneSettings, CancellationToken, Task<EmbeddedServer>> StartServer { get; init; }

    public TimeProvider Time { get; init; } = TimeProvider.System;

    public static CliEnvironment OfProcess() => new()
    {
        Out = Console.Out,
        Error = Console.Error,
        OutBytes = Console.OpenStandardOutput,
        In = Console.OpenStandardInput,
        OutIsTerminal = !Console.IsOutputRedirected,
        ErrorIsTerminal = !Console.IsErrorRedirected,
        OutConsole = () => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Out) }),
        ErrorConsole = () => AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(Console.Error) }),
        Variable = Environment.GetEnvironmentVariable,
        StartServer = EmbeddedServer.StartAsync,
    };

    /// <summary>One value as one line of JSON on standard output.</summary>
    public void WriteJson<T>(T value) => Out.WriteLine(JsonSerializer.Serialize(value, ApiJson.Options));

    /// <summary>A sentence beside the output, on standard error.</summary>
    public void Say(string sentence) => Error.WriteLine(SafeText.Clean(sentence));
}
