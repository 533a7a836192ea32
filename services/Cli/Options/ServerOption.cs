using System.CommandLine;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Options;

/// <summary>`--server`, and the client it leads to.</summary>
internal static class ServerOption
{
    public const string Default = "http://127.0.0.1:5080";

    public static Option<string?> Create() => new("--server")
    {
        Description = $"Address of the server [BATCHINFER_SERVER, else {Default}]",
        HelpName = "url",
    };

    public static BatchInferClient Connect(CliEnvironment env, string? typed)
    {
        string address = typed ?? NotEmpty(env.Variable("BATCHINFER_SERVER")) ?? Default;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? new BatchInferClient(uri)
            : throw CliException.BadInput($"'{address}' is no server address: it should look like {Default}.");
    }

    internal static string? NotEmpty(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}
