using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Inference;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer models pull`.</summary>
internal static class PullModelCommand
{
    private const string DefaultEndpoint = "https://huggingface.co";

    public static Command Create(CliEnvironment env)
    {
        var model = new Argument<string>("model") { Description = "ORG/NAME of a model on the hub, with @revision or without [main]" };
        var variant = new Option<string>("--variant") { Description = "Which graph: quantized for onnx/model_quantized.onnx [the plain onnx/model.onnx]", DefaultValueFactory = _ => "", HelpName = "suffix" };
        var name = new Option<string?>("--name") { Description = "Name of the model here [NAME]", HelpName = "name" };
        var (models, json) = (Folders.CreateModels(), CommonOptions.Json());
        var command = new Command("pull", "Fetches a model from a Hugging Face compatible hub (HF_ENDPOINT, HF_TOKEN); again, it goes on where it broke off")
        {
            model, variant, name, models, json,
        };
        command.SetAction(async (parsed, ct) =>
        {
            var (id, revision) = Split(parsed.GetRequiredValue(model));
            string folder = NewModel.Folder(Folders.Models(env, parsed.GetValue(models)), parsed.GetValue(name) ?? id[(id.LastIndexOf('/') + 1)..]);
            using var hub = new HubClient(Endpoint(env), ServerOption.NotEmpty(env.Variable("HF_TOKEN")));
            var found = await hub.GetModelAsync(id, revision, ct);
            var files = ModelPull.Choose(found, parsed.GetValue(variant) ?? "");
            if (!parsed.GetValue(json)) env.Say($"{id} at {found.Commit[..Math.Min(12, found.Commit.Length)]}: {files.Count} files, {Numbers.Bytes(files.Sum(f => f.Size))} and the weights beside its graph");
            var progress = new PullProgress(env, parsed.GetValue(json));
            var pulled = await new ModelPull(hub).FetchAsync(found, files, folder, progress.OnBytes, ct);
            NewModel.Announce(env, pulled, parsed.GetValue(json));
            return ExitCodes.Done;
        });
        return command;
    }

    private static Uri Endpoint(CliEnvironment env)
    {
        string address = ServerOption.NotEmpty(env.Variable("HF_ENDPOINT")) ?? DefaultEndpoint;
        return Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
            ? uri
            : throw CliException.BadInput($"HF_ENDPOINT is '{address}'; it should look like {DefaultEndpoint}.");
    }

    private static (string Id, string Revision) Split(string argument)
    {
        int at = argument.IndexOf('@', StringComparison.Ordinal);
        return at < 0 ? (argument, "main") : (argument[..at], argument[(at + 1)..]);
    }
}
