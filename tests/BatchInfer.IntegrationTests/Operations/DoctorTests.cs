using System.Diagnostics;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Operations;

/// <summary><c>batchinfer doctor</c> on installations that are well and that are not.</summary>
[Collection(OperatedServers.Name)]
public sealed class DoctorTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_healthy_cluster_passes_every_check()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 2, ct);
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);

        var (exit, checks) = await ExamineAsync(cluster, ct);
        Assert.DoesNotContain(checks, c => c.State == CheckState.Failed);
        Assert.Equal(0, exit);
        Assert.Equal(
            ["broker", "clock", "corpora", "database", "disk", "models", "schema", "server", "workers"],
            checks.Where(c => c.State != CheckState.Failed).Select(c => c.Name).Distinct().Order());
        Assert.Equal(2, checks.Count(c => c is { Name: "workers", State: CheckState.Passed }));
        Assert.Equal(2, checks.Count(c => c is { Name: "corpora", State: CheckState.Passed }));
        // Both servers say of what version they are.
        Assert.All(checks.Where(c => c.Name == "broker"), c => Assert.Matches("^RabbitMQ [0-9]+[.][0-9]+[^ ]* answers, its queues are consumed$", c.Detail));
        Assert.All(checks.Where(c => c.Name == "database"), c => Assert.Matches("^PostgreSQL [0-9]+.* answers$", c.Detail));
        Assert.Equal(["coordinator", "results"], checks.Where(c => c.Name == "schema").Select(c => c.Where).Order());
    }

    [Fact(Timeout = 300_000)]
    public async Task What_is_broken_is_named_with_what_to_do()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        await cluster.AskAsync("""DELETE FROM results."__EFMigrationsHistory" WHERE "MigrationId" = (SELECT max("MigrationId") FROM results."__EFMigrationsHistory"); SELECT 0""", ct);

        var (exit, checks) = await ExamineAsync(cluster, ct);
        Assert.Equal(1, exit);
        Assert.All(checks.Where(c => c.State == CheckState.Failed), c => Assert.False(string.IsNullOrEmpty(c.Advice)));
        Assert.Equal(["results"], checks.Where(c => c is { Name: "schema", State: CheckState.Failed }).Select(c => c.Where));

        await cluster.Results.KillAsync();
        (exit, checks) = await ExamineAsync(cluster, ct);
        Assert.Equal(1, exit);
        Assert.Contains(checks, c => c is { Name: "server", Where: "results", State: CheckState.Failed });
        Assert.Contains(checks, c => c is { Name: "server", Where: "coordinator", State: CheckState.Passed });
    }

    [Fact(Timeout = 300_000)]
    public async Task A_worker_that_cannot_read_the_corpora_is_found_and_so_is_a_lost_model()
    {
        var ct = TestContext.Current.CancellationToken;
        using var elsewhere = new TemporaryFolder();
        using var models = new TemporaryFolder();
        ModelFolderCopy.Copy(Path.Combine(Repository.SampleModels, "sentiment"), models["sentiment"]);
        await using var cluster = await Cluster.StartAsync(models.Path, workers: 0, ct);
        await cluster.AddWorkerAsync(ct, models.Path, new Dictionary<string, string> { ["Corpora__Roots__0"] = elsewhere.Path, ["Models__RescanSeconds"] = "3600" });
        await cluster.Client.ModelAsync("sentiment", ct);
        Directory.Delete(models["sentiment"], recursive: true);

        var (exit, checks) = await ExamineAsync(cluster, ct);
        Assert.Equal(1, exit);
        Assert.Contains(checks, c => c is { Name: "corpora", State: CheckState.Failed });
        Assert.Contains(checks, c => c is { Name: "models", State: CheckState.Failed } && c.Detail.StartsWith("sentiment", StringComparison.Ordinal));
    }

    [Fact(Timeout = 60_000)]
    public async Task Where_no_server_answers_that_is_the_finding()
    {
        var (exit, checks) = await ExamineAsync(new Uri($"http://127.0.0.1:{Loopback.FreePort()}"), TestContext.Current.CancellationToken);
        Assert.Equal(1, exit);
        Assert.Equal(("server", CheckState.Failed), (Assert.Single(checks).Name, checks[0].State));
    }

    private static Task<(int Exit, List<CheckResource> Checks)> ExamineAsync(Cluster cluster, CancellationToken ct) => ExamineAsync(cluster.Coordinators[^1].BaseAddress, ct);

    private static async Task<(int Exit, List<CheckResource> Checks)> ExamineAsync(Uri server, CancellationToken ct)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "batchinfer.dll"), "doctor", "--json", "--server", server.ToString()])
        {
            RedirectStandardOutput = true,
        })!;
        string output = await process.StandardOutput.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        TestContext.Current.TestOutputHelper?.WriteLine(output);
        return (process.ExitCode, [.. output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<CheckResource>(l, ApiJson.Options)!)]);
    }
}
