namespace BatchInfer.Cli;

/// <summary>Ends the command with a sentence for its user and an exit code.</summary>
internal sealed class CliException(string message, int exitCode) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>What was typed, or the file it names, is wrong.</summary>
    public static CliException BadInput(string message) => new(message, ExitCodes.BadInput);
}
