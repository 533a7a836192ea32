using System.CommandLine;
using BatchInfer.Contracts;

namespace BatchInfer.Cli.Commands;

/// <summary>Call of a command that speaks with a server.</summary>
internal sealed record RemoteCall(ParseResult Parsed, BatchInferClient Client, bool Json);
