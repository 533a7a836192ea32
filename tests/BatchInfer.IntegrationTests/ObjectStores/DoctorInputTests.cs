using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.ObjectStores;

/// <summary><c>batchinfer doctor --input</c> where one worker can read a corpus and another cannot.</summary>
[Collection(SharedServers.Name)]
public sealed class DoctorInputTests(ObjectServers servers) : IClassFixture<ObjectServers>
{
    [Fact(Timeout = 600_000)]
    public async Task Coordinator_and_each_worker_say_whether_they_can_read_it()
    {
        var ct = TestContext.Current.CancellationToken;
        using var elsewhere = new TemporaryFolder();
        byte[] corpus = "{\"text\":\"good\"}\n"u8.ToArray();
        await servers.PutS3Async("tickets.jsonl", corpus, ct);
        await servers.PutAzureAsync("tickets.jsonl", corpus, ct);
        servers.PutWeb("tickets.jsonl", corpus);
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct, settings: Settings());
        await cluster.AddWorkerAsync(ct, more: new Dictionary<string, string>
        {
            ["Corpora__Roots__0"] = elsewhere.Path,
            ["ObjectStorage__S3__Profile"] = "stranger",
            ["ObjectStorage__S3__ProfilesFile"] = servers.Environment["AWS_SHARED_CREDENTIALS_FILE"],
        });
        await cluster.Client.ModelAsync("sentiment", ct, workers: 2);
        await File.WriteAllBytesAsync(Path.Combine(cluster.FilesFolder, "tickets.jsonl"), corpus, ct);

        await OneCannotAsync("s3://corpora/tickets.jsonl", "may not be read with the credentials in use", "credentials of this process");
        await OneCannotAsync(Path.Combine(cluster.FilesFolder, "tickets.jsonl"), "not below a folder that corpora may be read from", "Corpora__Roots__0");
        foreach (string everywhere in (string[])["az://corpora/tickets.jsonl", new Uri(servers.SecureUrl, "tickets.jsonl?signature=not-to-be-told").AbsoluteUri])
        {
            var (_, tried) = await TryAsync(everywhere);
            Assert.Equal(3, tried.Count);
            Assert.All(tried, c => Assert.Equal((CheckState.Passed, (string?)null), (c.State, c.Advice)));
        }

        var (_, absent) = await TryAsync("az://corpora/absent.jsonl");
        Assert.Equal(3, absent.Count);
        Assert.All(absent, c => Assert.Contains("no object az://corpora/absent.jsonl", c.Detail, StringComparison.Ordinal));
        var (_, refused) = await TryAsync("s3://another/tickets.jsonl");
        Assert.Equal("coordinator", Assert.Single(refused).Where);
        Assert.Contains("ObjectStorage__Allow__", refused[0].Detail, StringComparison.Ordinal);
        var (wrong, output, error) = await DoctorAsync("ftp://host/tickets.jsonl");
        Assert.True(wrong == 2, output + error);
        Assert.Contains("--input", error, StringComparison.Ordinal);

        async Task OneCannotAsync(string input, string found, string advice)
        {
            var (exit, tried) = await TryAsync(input);
            Assert.Equal(1, exit);
            Assert.Equal(CheckState.Passed, Assert.Single(tried, c => c.Where == "coordinator").State);
            Assert.Contains($"{corpus.Length} bytes", Assert.Single(tried, c => c is { State: CheckState.Passed, Where: not "coordinator" }).Detail, StringComparison.Ordinal);
            var cannot = Assert.Single(tried, c => c.State == CheckState.Failed);
            Assert.Contains(found, cannot.Detail, StringComparison.Ordinal);
            Assert.Contains(advice, cannot.Advice, StringComparison.Ordinal);
        }

        async Task<(int Exit, List<CheckResource> Tried)> TryAsync(string input)
        {
            var (exit, lines, _) = await DoctorAsync(input);
            Assert.DoesNotContain("not-to-be-told", lines, StringComparison.Ordinal);
            var checks = lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonSerializer.Deserialize<CheckResource>(l, ApiJson.Options)!);
            return (exit, [.. checks.Where(c => c.Name == "input")]);
        }

        Task<(int ExitCode, string Output, string Error)> DoctorAsync(string input) => CliProcess.RunAsync(
            servers.Environment, ct, "doctor", "--json", "--server", cluster.Coordinators[^1].BaseAddress.ToString(), "--input", input);
    }

    private Dictionary<string, string> Settings() => new(servers.Environment)
    {
        ["ObjectStorage__Allow__0"] = "s3://corpora/",
        ["ObjectStorage__Allow__1"] = "az://corpora/",
        ["ObjectStorage__Allow__2"] = servers.SecureUrl.AbsoluteUri,
        ["ObjectStorage__AllowPrivateNetworks"] = "true",
    };
}
