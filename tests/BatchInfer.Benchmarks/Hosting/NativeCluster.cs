using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using BatchInfer.Contracts;

namespace BatchInfer.Benchmarks.Hosting;

/// <summary>
/// The distributed product on this machine, started by the script that users have: RabbitMQ and PostgreSQL with fsync on,
/// coordinator, results and workers as processes of their own.
/// </summary>
internal sealed class NativeCluster : IAsyncDisposable
{
    private static readonly string Script = Path.Combine(Repository.Root, "deploy", "native", "cluster");
    private readonly TemporaryFolder _folder;
    private readonly int _workers;

    private NativeCluster(TemporaryFolder folder, int workers, Uri address) => (_folder, _workers, Client) = (folder, workers, new BatchInferClient(address));

    public BatchInferClient Client { get; }

    /// <summary>An option that takes what <see cref="StartAsync"/> calls services.</summary>
    public static Option<string?> ServicesOption() => new("--services")
    {
        Description = "Folder of published services (Coordinator, Results, Worker), as the images have them or of another version; else what is built here",
    };

    /// <summary>Starts everything from what is built, or published.</summary>
    /// <param name="models">Models folder.</param>
    /// <param name="workers">Worker processes.</param>
    /// <param name="settings">Further settings of every service, as environment variables.</param>
    /// <param name="services">Folder of published services, one below it each; else what is built here.</param>
    public static async Task<NativeCluster> StartAsync(
        string models, int workers, IReadOnlyDictionary<string, string>? settings = null, string? services = null)
    {
        var folder = new TemporaryFolder();
        try
        {
            string[] from = services is null ? ["--no-build"] : ["--services", services];
            string[] arguments = ["start", .. from, "--workers", workers.ToString(CultureInfo.InvariantCulture),
                "--models", models, "--data", folder["data"], "--port", Loopback.FreePort().ToString(CultureInfo.InvariantCulture)];
            string output = await RunAsync(Script, arguments, settings);
            return new NativeCluster(folder, workers, new Uri(output.Trim().Split('\n')[^1]));
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    /// <summary>Address of its broker, with the password.</summary>
    public async Task<Uri> BrokerAsync() => new((await RunAsync(Path.Combine(Path.GetDirectoryName(Script)!, "rabbitmq"), ["url", Path.Combine(_folder["data"], "rabbitmq")], null)).Trim());

    /// <summary>Waits until every worker, or so many, serve the model.</summary>
    public async Task<ModelResource> ModelAsync(string name, int? workers = null)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (true)
        {
            var models = await Client.ListModelsAsync();
            if (models.Data.FirstOrDefault(m => m.Id == name && m.Workers >= (workers ?? _workers)) is { } model) return model;
            await timer.WaitForNextTickAsync();
        }
    }

    /// <summary>Uploads a corpus.</summary>
    public async Task<FileResource> UploadAsync(string path)
    {
        await using var corpus = File.OpenRead(path);
        return await Client.UploadFileAsync(corpus, Path.GetFileName(path));
    }

    /// <summary>Runs a job to its end, asking for it once a second.</summary>
    public async Task<JobResource> RunJobAsync(string model, FileResource file)
    {
        var job = await Client.SubmitJobAsync(new JobRequest { Model = model, Input = new JobInput { FileId = file.Id } });
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));
        while (!job.Status.IsFinal())
        {
            await timer.WaitForNextTickAsync();
            job = await Client.GetJobAsync(job.Id);
        }

        return job;
    }

    /// <summary>Process id of a service, e.g. <c>coordinator</c> or <c>worker-1</c>.</summary>
    public int ProcessId(string service) => ReadProcessId("pids", service + ".pid");

    /// <summary>Process id of a server: <c>postgres</c> or <c>rabbitmq</c>.</summary>
    public int ServerProcessId(string server) => ReadProcessId(server, "pid");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await RunAsync(Script, ["stop", "--data", _folder["data"]], null);
        _folder.Dispose();
    }

    private int ReadProcessId(params string[] path) =>
        int.Parse(File.ReadAllText(Path.Combine([_folder["data"], .. path])).Split()[0], CultureInfo.InvariantCulture);

    private static async Task<string> RunAsync(string script, string[] arguments, IReadOnlyDictionary<string, string>? settings)
    {
        // What it starts inherits its error stream, so that one is left alone; its output ends with it.
        var start = new ProcessStartInfo(script, arguments) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{script} did not start.");
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{script} {arguments[0]} ended with {process.ExitCode}; its words are above.");
    }
}
