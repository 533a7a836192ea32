using System.Net;
using System.Text.Json;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Lookups that the coordinator passes on to the results service, and those that are asked of it directly.</summary>
[Collection(SharedServers.Name)]
public sealed class DistributedLookupTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_long_address_a_tag_and_a_history_pass_through_the_coordinator_and_are_answered_as_by_results_itself()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(Repository.SampleModels, workers: 1, ct);
        await cluster.Client.ModelAsync("sentiment", ct);
        string text = new('漢', 3_500), longer = new('漢', 4_000);
        var corpus = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(new { id = "one", text }));
        await cluster.Client.CompletedAsync((await cluster.Client.SubmitAsync(corpus, "a.jsonl", new JobRequest { Model = "sentiment", IdField = "id" }, ct)).Id, ct);

        string? tag = null;
        foreach (var server in (Uri[])[cluster.Coordinators[0].BaseAddress, cluster.Results.BaseAddress])
        {
            using var http = new HttpClient { BaseAddress = server };
            using var client = new BatchInferClient(http);
            using var found = await http.GetAsync(Address(text), ct);
            Assert.Equal(HttpStatusCode.OK, found.StatusCode);
            Assert.Equal("private, no-cache", found.Headers.NonValidated["Cache-Control"].ToString());
            Assert.Equal(tag ??= found.Headers.ETag!.Tag, found.Headers.ETag!.Tag);
            using var again = new HttpRequestMessage(HttpMethod.Get, Address(text)) { Headers = { IfNoneMatch = { found.Headers.ETag } } };
            using var unchanged = await http.SendAsync(again, ct);
            Assert.Equal(HttpStatusCode.NotModified, unchanged.StatusCode);
            using var refused = await http.GetAsync(Address(longer), ct);
            Assert.Equal(HttpStatusCode.RequestUriTooLong, refused.StatusCode);
            Assert.Null(await client.FindAsync("sentiment", longer, ct: ct));
            Assert.Equal(text, Assert.Single((await client.GetHistoryAsync("sentiment", text, ct: ct)).Data, r => r.Found).Input);
        }
    }

    private static Uri Address(string input) => new($"v1/predictions?model=sentiment&input={Uri.EscapeDataString(input)}", UriKind.Relative);
}
