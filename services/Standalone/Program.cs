using BatchInfer.Standalone;

var settings = new ConfigurationBuilder().AddEnvironmentVariables("BATCHINFER_").AddCommandLine(args).Build();
try
{
    await using var host = await StandaloneHost.StartAsync(new StandaloneSettings
    {
        DataFolder = settings["data"] ?? ".batchinfer",
        ModelsFolder = settings["models"] ?? "models",
        Urls = settings["urls"] ?? "http://127.0.0.1:5080",
        Arguments = args,
    }, CancellationToken.None);
    await host.WaitForShutdownAsync(CancellationToken.None);
    return 0;
}
catch (DataFolderException e)
{
    await Console.Error.WriteLineAsync(e.Message);
    return 1;
}
