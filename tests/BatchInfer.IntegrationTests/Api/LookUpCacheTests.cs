using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>The bound of the lookups' cache, <c>LookUp__CacheMegabytes</c>; on a server of its own, as everything stored is deleted.</summary>
public sealed class LookUpCacheTests
{
    private const int Records = 1000, Characters = 3000;

    [Fact(Timeout = 300_000)]
    public async Task Three_times_as_much_as_it_may_hold_is_answered_rightly_and_no_more_than_it_may_hold_is_kept()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var host = await StandaloneHost.StartAsync(
            new StandaloneSettings { DataFolder = folder["data"], ModelsFolder = Repository.SampleModels, Quiet = true, Arguments = ["--LookUp:CacheMegabytes=1"] }, ct);
        using var client = new BatchInferClient(host.BaseAddress);
        using var http = new HttpClient { BaseAddress = host.BaseAddress };
        string[] texts = [.. Enumerable.Range(0, Records).Select(i => $"{i} {new string('a', Characters)}")];
        var corpus = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', texts)));
        var job = await client.SubmitAsync(corpus, "texts.txt", new JobRequest { Model = "sentiment" }, ct);
        await client.CompletedAsync(job.Id, ct);
        var keys = (await client.LookupAsync(new LookupRequest { Model = "sentiment", Inputs = new JsonArray([.. texts.Select(t => JsonValue.Create(t))]) }, ct)).Data.Select(r => r.Key!.Value).ToList();

        // From the store, then some from the cache.
        for (int round = 0; round < 2; round++) Assert.Equal(Records, (await AskAsync()).Found);
        await client.DeleteJobAsync(job.Id, ct);
        Assert.Equal((0, (long)Records), await client.RetainAllAsync(new RetentionRequest { OlderThanDays = 0, Jobs = false }, ct));

        // What is answered still is what the cache holds.
        var (found, bytes) = await AskAsync();
        Assert.InRange(found, 1, Records - 1);
        Assert.InRange(bytes, Characters, 1 << 20);

        async Task<(int Found, long Bytes)> AskAsync()
        {
            var (found, bytes) = (0, 0L);
            for (int i = 0; i < keys.Count; i++)
            {
                using var response = await http.GetAsync(new Uri($"v1/predictions/{keys[i]}", UriKind.Relative), ct);
                if (response.StatusCode == HttpStatusCode.NotFound) continue;
                byte[] body = await response.Content.ReadAsByteArrayAsync(ct);
                Assert.Equal(texts[i], JsonSerializer.Deserialize<LookupResult>(body, ApiJson.Options)!.Input);
                (found, bytes) = (found + 1, bytes + body.Length);
            }

            return (found, bytes);
        }
    }
}
