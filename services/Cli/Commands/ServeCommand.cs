using System.CommandLine;
using BatchInfer.Cli.Embedded;
using BatchInfer.Cli.Options;
using BatchInfer.Cli.Rendering;
using BatchInfer.Contracts;
using BatchInfer.Standalone;

namespace BatchInfer.Cli.Commands;

/// <summary>`batchinfer serve`.</summary>
internal static class ServeCommand
{
    public static Command Create(CliEnvironment env)
    {
        var urls = new Option<string>("--urls")
        {
            Description = $"Address to listen on [{ServerOption.Default}: this machine only]",
            DefaultValueFactory = _ => ServerOption.Default,
            HelpName = "url",
        };
        var data = Folders.CreateData();
        var models = Folders.CreateModels();
        var json = CommonOptions.Json();
        var command = new Command("serve", "Runs a server in one process until Ctrl-C") { urls, data, models, json };
        command.SetAction((parsed, ct) => ServeAsync(env, new StandaloneSettings
        {
            DataFolder = Folders.Data(env, parsed.GetValue(data)),
            ModelsFolder = Folders.Models(env, parsed.GetValue(models)),
            Urls = ListenAddress.Check(parsed.GetRequiredValue(urls)),
        }, parsed.GetValue(json), ct));
        return command;
    }

    private static async Task<int> ServeAsync(CliEnvironment env, StandaloneSettings settings, bool json, CancellationToken ct)
    {
        if (!Directory.Exists(settings.ModelsFolder))
            throw CliException.BadInput($"There is no models folder '{settings.ModelsFolder}'; name one with --models.");
        await using var server = await env.StartServer(settings, ct);
        using var client = new BatchInferClient(server.Address);
        var served = await ServedModels.ListAsync(client, ct);
        if (json) env.WriteJson(new { url = server.Address, dataFolder = settings.DataFolder, models = served.Select(m => m.Id) });
        else Announce(env, settings, server.Address, served);
        if (!ListenAddress.IsLoopback(settings.Urls)) env.Say("Note: other machines can reach this address, and the server asks nobody who they are.");

        try
        {
            await server.WaitForShutdownAsync(ct);
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // How a server is meant to end; what is unfinished goes on when it starts again.
        }

        return ExitCodes.Done;
    }

    private static void Announce(CliEnvironment env, StandaloneSettings settings, Uri address, IReadOnlyList<ModelResource> models)
    {
        string server = address.GetLeftPart(UriPartial.Authority);
        env.Out.WriteLine($"BatchInfer listens on {server}");
        env.Out.WriteLine($"Data:   {SafeText.Clean(settings.DataFolder)}");
        env.Out.WriteLine($"Models: {(models.Count > 0 ? SafeText.Clean(string.Join(", ", models.Select(m => m.Id))) : $"none in {SafeText.Clean(settings.ModelsFolder)}")}");
        string option = server == ServerOption.Default ? "" : $" --server {server}";
        string model = SafeText.Clean(models.Count > 0 ? models[0].Id : "NAME");
        env.Out.WriteLine($"Submit: batchinfer submit{option} --model {model} --input FILE --watch");
        env.Out.WriteLine("Stop:   Ctrl-C");
    }
}
