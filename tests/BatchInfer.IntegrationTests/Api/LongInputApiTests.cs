using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using BatchInfer.Contracts;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>Lookups of inputs that make long addresses: percent-encoded, a CJK character takes nine bytes.</summary>
public sealed class LongInputApiTests(EmbeddedApi api)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1_000)]
    [InlineData(3_500)]
    public async Task One_that_an_address_can_hold_is_found_by_get_as_by_the_client(int length)
    {
        string text = await StoreAsync(length);
        using var response = await api.GetAsync($"v1/predictions?model=sentiment&input={Uri.EscapeDataString(text)}", Ct);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var byAddress = JsonSerializer.Deserialize<LookupResult>(await response.Content.ReadAsStringAsync(Ct), ApiJson.Options)!;
        var byClient = (await api.Client.FindAsync("sentiment", text, ct: Ct))!;
        Assert.Equal(text, byAddress.Input);
        Assert.Equal(JsonSerializer.Serialize(byAddress, ApiJson.Options), JsonSerializer.Serialize(byClient, ApiJson.Options));
        using var history = await api.GetAsync($"v1/predictions/history?model=sentiment&input={Uri.EscapeDataString(text)}", Ct);
        Assert.Equal(HttpStatusCode.OK, history.StatusCode);
    }

    [Fact]
    public async Task One_that_is_too_long_for_any_address_is_refused_with_the_way_to_ask_for_it_and_the_client_goes_it()
    {
        string text = await StoreAsync(4_000);
        foreach (string path in (string[])["predictions", "predictions/history"])
        {
            var problem = await EmbeddedApi.ProblemAsync(
                await api.GetAsync($"v1/{path}?model=sentiment&input={Uri.EscapeDataString(text)}", Ct), HttpStatusCode.RequestUriTooLong, Ct);
            Assert.Equal("address_too_long", problem.GetProperty("code").GetString());
            Assert.Contains("POST /v1/predictions/lookup", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }

        var found = (await api.Client.FindAsync("sentiment", text, ct: Ct))!;
        Assert.Equal((true, text), (found.Found, found.Input));
        Assert.Equal(found.Key, (await api.Client.FindAsync(found.Key!.Value, Ct))!.Key);
        Assert.Equal(found.Key, Assert.Single((await api.Client.GetHistoryAsync("sentiment", text, ct: Ct)).Data, r => r.Found).Key);
    }

    [Fact]
    public async Task One_as_long_as_a_book_is_found_and_a_miss_of_it_is_null()
    {
        string text = await StoreAsync(200_000);
        Assert.Equal(text, (await api.Client.FindAsync("sentiment", text, ct: Ct))!.Input);
        Assert.Null(await api.Client.FindAsync("sentiment", text + "。", ct: Ct));
        Assert.False(Assert.Single((await api.Client.GetHistoryAsync("sentiment", text + "。", ct: Ct)).Data).Found);
    }

    [Fact]
    public async Task Parameters_lead_to_another_prediction_in_the_history_too()
    {
        string text = await StoreAsync(50);
        Assert.True(Assert.Single((await api.Client.GetHistoryAsync("sentiment", text, ct: Ct)).Data).Found);
        var shorter = new JsonObject { ["max_length"] = 8 };
        Assert.False(Assert.Single((await api.Client.GetHistoryAsync("sentiment", text, parameters: shorter, ct: Ct)).Data).Found);
        Assert.False(Assert.Single((await api.Client.GetHistoryAsync("sentiment", new string('漢', 900), parameters: shorter, ct: Ct)).Data).Found);
        foreach (string wrong in (string[])["""{"model":"sentiment"}""", """{"model":"sentiment","input":"a","parameters":{"max_length":8,"max_length":9}}""", """{"model":"sentiment","input":"\ud800"}"""])
            await EmbeddedApi.ProblemAsync(await api.PostAsync("v1/predictions/history", wrong, Ct), HttpStatusCode.BadRequest, Ct);
    }

    /// <summary>Predicts a text of so many CJK characters that no other test has.</summary>
    private async Task<string> StoreAsync(int length)
    {
        string text = new string('漢', length - 36) + Guid.NewGuid();
        var job = await api.PredictAsync(JsonSerializer.Serialize(new { text }), "long.jsonl", new JobRequest(), Ct);
        Assert.Equal((1, 0), (job.Counts.Total, job.Counts.Failed));
        return text;
    }
}
