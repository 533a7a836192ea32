using System.Net.Http.Json;
using System.Text.Json;
using BatchInfer.Contracts;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;

namespace BatchInfer.IntegrationTests.Contract;

/// <summary>Predictions of some hundred kB each, over HTTP.</summary>
public abstract partial class ResultsServiceContract
{
    private const int LargeRows = 120, LargeBytes = 400_000;

    [Fact]
    public async Task A_page_of_large_predictions_ends_early_and_its_cursor_leads_to_the_rest()
    {
        await StoreLargeAsync();
        var (ordinals, pages, cursor) = (new List<long>(), 0, (string?)null);
        do
        {
            string next = cursor is null ? "" : $"&cursor={cursor}";
            var page = (await Http.GetFromJsonAsync<Page<PredictionLine>>($"/v1/jobs/{_shard.JobId}/predictions?limit=10000{next}", ApiJson.Options, Ct))!;
            Assert.InRange(page.Data.Count, 1, LargeRows - 1);
            ordinals.AddRange(page.Data.Select(l => l.Ordinal));
            (cursor, pages) = (page.NextCursor, pages + 1);
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, LargeRows).Select(i => (long)i), ordinals);
        Assert.Equal(2, pages);
    }

    [Fact]
    public async Task A_file_and_a_lookup_of_large_predictions_have_all_of_them()
    {
        await StoreLargeAsync();
        using var client = new BatchInferClient(Http);
        var lines = await client.ReadPredictionsAsync(_shard.JobId, Ct).ToListAsync(Ct);
        Assert.Equal(Enumerable.Range(0, LargeRows).Select(i => (long)i), lines.Select(l => l.Ordinal));
        Assert.All(lines, l => Assert.Equal($"{l.Ordinal}", Beginning(l.Output!.Value)));

        // Misses between them, and some without a key at all.
        string[] ids = [.. Enumerable.Range(0, LargeRows + 5).Reverse().Select(i => $"id-{i}"), "id-7"];
        var answer = await client.LookupAsync(new LookupRequest { JobId = _shard.JobId, CustomIds = ids }, Ct);
        Assert.Equal(ids, answer.Data.Select(r => r.CustomId!));
        Assert.Equal(5, answer.Data.Count(r => !r.Found));
        Assert.All(answer.Data.Where(r => r.Found), r => Assert.Equal(r.CustomId![3..], Beginning(r.Output!.Value)));
    }

    [Fact]
    public async Task Which_records_a_retry_is_about_is_answered_whole_however_long_their_messages_are()
    {
        for (int from = 0; from < LargeRows; from += 20)
        {
            var chunk = Chunks.Failed(_shard, LargeRows, from, from + 20);
            await SendAsync(chunk with { Items = [.. chunk.Items.Select(i => i with { Error = i.Error! with { Message = new string('m', LargeBytes) } })] });
        }

        await _persisted.Reader.ReadAsync(Ct);
        var client = _app!.Services.GetRequiredService<IBus>().CreateRequestClient<FindFailedRecords>(new Uri($"queue:{QueueNames.FailedRecords}"));
        var answer = await client.GetResponse<FailedRecords>(new FindFailedRecords(_shard.JobId, 9, 100), Ct);
        Assert.Equal(Enumerable.Range(10, 100).Select(i => (long)i), answer.Message.Ordinals);
    }

    private static string Beginning(JsonElement output) => output.GetProperty("text").GetString()!.Split(' ')[0];

    private async Task StoreLargeAsync()
    {
        for (int from = 0; from < LargeRows; from += 20)
        {
            var chunk = Chunks.Computed(_shard, LargeRows, from, from + 20);
            var large = Enumerable.Range(from, 20).Select(i => Chunks.Prediction(Chunks.Text(i), $"{{\"text\":\"{i} {new string('x', LargeBytes)}\"}}"));
            await SendAsync(chunk with { Predictions = [.. large] });
        }

        await _persisted.Reader.ReadAsync(Ct);
    }
}
