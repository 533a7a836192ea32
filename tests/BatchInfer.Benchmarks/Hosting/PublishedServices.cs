using System.Diagnostics;

namespace BatchInfer.Benchmarks.Hosting;

/// <summary>Services published as their images have them: compiled ahead of time, with the line of deploy/docker/Dockerfile.</summary>
internal sealed class PublishedServices : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private PublishedServices()
    {
    }

    /// <summary>A folder of each service.</summary>
    public string Folder => _folder["services"];

    /// <summary>Publishes services, e.g. <c>Coordinator</c>. A minute each.</summary>
    public static async Task<PublishedServices> PublishAsync(params string[] services)
    {
        var published = new PublishedServices();
        try
        {
            foreach (string service in services)
            {
                string[] arguments =
                [
                    "publish", Path.Combine(Repository.Root, "services", service), "-c", "Release", "-p:PublishReadyToRun=true", "-p:RestoreLockedMode=false",
                    "-p:RunAnalyzers=false", "-v", "quiet", "-o", Path.Combine(published.Folder, service),
                ];
                using var publish = Process.Start("dotnet", arguments);
                await publish.WaitForExitAsync();
                if (publish.ExitCode != 0) throw new InvalidOperationException($"{service} could not be published; dotnet's words are above.");
            }

            return published;
        }
        catch
        {
            published.Dispose();
            throw;
        }
    }

    public void Dispose() => _folder.Dispose();
}
