using System.Net;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>U+0000 is a character of JSON and of addresses, and of no text in PostgreSQL.</summary>
public sealed class UnstorableTextTests
{
    [Fact(Timeout = 300_000)]
    public async Task A_request_with_it_is_refused_and_not_the_servers_fault()
    {
        var ct = TestContext.Current.CancellationToken;
        string database = await TestServers.CreateDatabaseAsync(ct);
        try
        {
            using var folder = new TemporaryFolder();
            await using var host = await ClockedHost.StartAsync(folder, new() { ["Database:Provider"] = "Postgres", ["Database:ConnectionString"] = database }, ct);
            using var client = new BatchInferClient(host.BaseAddress);
            await client.ModelAsync("sentiment", ct);
            using var http = new HttpClient { BaseAddress = host.BaseAddress };
            foreach (string address in (string[])["v1/files?cursor=%00", "v1/predictions?model=%00&input=a", "v1/predictions?model=sentiment&key=%00", "v1/jobs?status=%00"])
                await RefusedAsync(await http.GetAsync(new Uri(address, UriKind.Relative), ct), ct);
            foreach (string member in (string[])["model", "text_field", "text_pair_field", "id_field", "task"])
            {
                var request = new JsonObject { ["model"] = "sentiment", ["input"] = new JsonObject { ["records"] = new JsonArray("a fine film") } };
                request[member] = "a\0";
                await RefusedAsync(await PostAsync("v1/jobs", request), ct);
            }

            await RefusedAsync(await PostAsync("v1/predictions/lookup", new JsonObject { ["model"] = "\0", ["inputs"] = new JsonArray("a") }), ct);

            // A text may have it.
            var job = await client.SubmitAsync(new MemoryStream("{\"text\":\"a\\u0000b\"}\n"u8.ToArray()), "c.jsonl", new JobRequest { Model = "sentiment" }, ct);
            await client.CompletedAsync(job.Id, ct);
            Assert.NotNull(await client.FindAsync("sentiment", "a\0b", ct: ct));

            Task<HttpResponseMessage> PostAsync(string path, JsonObject body) =>
                http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body.ToJsonString(), System.Text.Encoding.UTF8, "application/json"), ct);
        }
        finally
        {
            await TestServers.DropDatabaseAsync(database);
        }
    }

    private static async Task RefusedAsync(HttpResponseMessage response, CancellationToken ct)
    {
        using (response)
        {
            string body = await response.Content.ReadAsStringAsync(ct);
            Assert.True(response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound, $"{response.RequestMessage!.RequestUri}: {(int)response.StatusCode} {body}");
            Assert.False(string.IsNullOrEmpty(JsonNode.Parse(body)!["detail"]!.GetValue<string>()));
        }
    }
}
