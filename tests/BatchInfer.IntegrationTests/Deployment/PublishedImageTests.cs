using System.Diagnostics;
using System.Net;
using System.Reflection.PortableExecutable;
using System.Text.RegularExpressions;

namespace BatchInfer.IntegrationTests.Deployment;

/// <summary>What the Dockerfile puts into the images, made by its own line and run on this machine.</summary>
public sealed partial class PublishedImageTests(PublishedImageTests.Artifacts artifacts) : IClassFixture<PublishedImageTests.Artifacts>
{
    [Theory(Timeout = 900_000)]
    [InlineData("Worker")]
    [InlineData("Coordinator")]
    [InlineData("Results")]
    [InlineData("Dashboard")]
    public async Task An_image_runs_from_the_dockerfiles_publish_line_and_is_probed_as_its_health_check_does(string service)
    {
        var ct = TestContext.Current.CancellationToken;
        using var app = new TemporaryFolder();
        string[] line = Dockerfile.Publish(new Dictionary<string, string> { ["SERVICE"] = service });
        Assert.Contains("-p:PublishReadyToRun=true", line);
        string[] arguments = [.. line.Select(part => part == "/app" ? app["out"] : part),
            // Built beside what the tests run, of which nothing may change; what the services share is built once.
            "--artifacts-path", artifacts.Path, "-nologo", "-v", "quiet",
            // The compiler's work on the packages is kept from one to the next; on what is ours it is done for each.
            $"-p:CustomAfterMicrosoftCommonTargets={Path.Combine(Repository.Root, "tests", "CompiledAhead.targets")}"];
        var (exit, output) = await Tool.RunAsync("dotnet", arguments, ct);
        Assert.True(exit == 0, output);

        string program = Path.Combine(app["out"], $"BatchInfer.{service}");
        Assert.True(IsCompiledAhead(program + ".dll"), "It is not compiled ahead of time.");
        Assert.Equal("[\"/app/service\", \"--probe\"]", Health().Match(Dockerfile.Text).Groups[1].Value);
        int port = Loopback.FreePort();
        var environment = new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = $"http://+:{port}",
            // Nobody is there: alive all the same, and ready only where nothing is needed.
            ["Bus__Uri"] = $"amqp://nobody:nothing@127.0.0.1:{Loopback.FreePort()}/",
            ["Database__ConnectionString"] = $"Host=127.0.0.1;Port={Loopback.FreePort()};Username=nobody;Database=none",
            ["Files__Folder"] = app["files"],
            ["Files__PublicUrl"] = "http://coordinator:8080",
            ["Models__Folder"] = Repository.SampleModels,
            ["OTEL_METRICS_EXPORTER"] = "prometheus",
            ["Logging__LogLevel__Default"] = "Critical",
        };
        Assert.Equal(1, await ProbeAsync(program, environment, ct));
        using var process = Start(program, environment, []);
        try
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            await AnswersAsync(http, process, ct);
            Assert.Contains("target_info", await http.GetStringAsync(new Uri("metrics", UriKind.Relative), ct), StringComparison.Ordinal);
            var ready = (await http.GetAsync(new Uri("health/ready", UriKind.Relative), ct)).StatusCode;
            Assert.Equal(service == "Dashboard" ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, ready);
            Assert.Equal(ready == HttpStatusCode.OK ? 0 : 1, await ProbeAsync(program, environment, ct));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync(ct);
        }
    }

    /// <summary>Where the images' assemblies are built.</summary>
    public sealed class Artifacts : IDisposable
    {
        private readonly TemporaryFolder _folder = new();

        public string Path => _folder.Path;

        public void Dispose() => _folder.Dispose();
    }

    private static async Task AnswersAsync(HttpClient http, Process process, CancellationToken ct)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await timer.WaitForNextTickAsync(ct))
        {
            Assert.False(process.HasExited, "The service ended.");
            try
            {
                using var answer = await http.GetAsync(new Uri("health/live", UriKind.Relative), ct);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
    }

    private static async Task<int> ProbeAsync(string program, Dictionary<string, string> environment, CancellationToken ct)
    {
        using var probe = Start(program, environment, ["--probe"]);
        await probe.WaitForExitAsync(ct);
        return probe.ExitCode;
    }

    private static Process Start(string program, Dictionary<string, string> environment, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments);
        foreach (var (name, value) in environment) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    private static bool IsCompiledAhead(string assembly)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        return file.PEHeaders.CorHeader!.ManagedNativeHeaderDirectory.Size > 0;
    }

    [GeneratedRegex(@"^HEALTHCHECK .* CMD (.+)$", RegexOptions.Multiline)]
    private static partial Regex Health();
}
