using System.Net;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.EndToEnd;

/// <summary>Views and tables of stored predictions, asked for over the API and read by plain SQL.</summary>
[Collection(SharedServers.Name)]
public sealed class DistributedViewsTests
{
    private const int Records = 40;

    [Fact(Timeout = 300_000)]
    public async Task A_jobs_and_a_models_view_are_made_over_http_and_read_by_sql()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var cluster = await Cluster.StartAsync(
            Repository.SampleModels, workers: 1, ct, corporaByHttp: true, settings: new Dictionary<string, string> { ["Export__ViewSchema"] = "reports" });
        var client = cluster.Client;
        await client.ModelAsync("sentiment", ct);
        var job = await client.CompletedAsync((await client.SubmitAsync(GeneratedCorpus.Jsonl(Records), "a.jsonl", new JobRequest { Model = "sentiment" }, ct)).Id, ct);

        var ofJob = await client.PutViewAsync("tickets", new ViewRequest { JobId = job.Id }, ct);
        var ofModel = await client.PutViewAsync("labels", new ViewRequest { Model = "sentiment" }, ct);
        var rows = await client.PutViewAsync("labels_then", new ViewRequest { Model = "sentiment", Table = true }, ct);
        Assert.Equal(("reports", "tickets", false), (ofJob.Schema, ofJob.Name, ofJob.Table));
        Assert.Equal(["labels", "labels_then", "tickets"], (await client.ListViewsAsync(ct)).Data.Select(v => v.Name).Order(StringComparer.Ordinal));
        foreach (var view in new[] { ofJob, ofModel, rows })
            Assert.Equal(Records, await cluster.AskAsync($"SELECT count(*) FROM ({view.Sql.TrimEnd(';', ' ')}) AS v WHERE label IS NOT NULL", ct));

        // The model's view follows, the table keeps the rows of its time.
        await client.CompletedAsync((await client.SubmitAsync(GeneratedCorpus.Jsonl(2 * Records), "b.jsonl", new JobRequest { Model = "sentiment" }, ct)).Id, ct);
        Assert.Equal(2 * Records, await cluster.AskAsync("SELECT count(*) FROM reports.labels", ct));
        Assert.Equal(Records, await cluster.AskAsync("SELECT count(*) FROM reports.labels_then", ct));
        Assert.Equal(Records, await cluster.AskAsync("SELECT count(*) FROM reports.tickets", ct));

        await TheInputsColumnsAreKeptAsync(cluster, job, ct);

        await client.DeleteViewAsync("tickets", ct);
        var gone = await Assert.ThrowsAsync<BatchInferApiException>(() => client.DeleteViewAsync("tickets", ct));
        Assert.Equal(HttpStatusCode.NotFound, gone.Status);
        var nobodys = await Assert.ThrowsAsync<BatchInferApiException>(() => client.PutViewAsync("x", new ViewRequest { JobId = Guid.NewGuid() }, ct));
        Assert.Contains("job", nobodys.Message, StringComparison.OrdinalIgnoreCase);
    }

    private static async Task TheInputsColumnsAreKeptAsync(Cluster cluster, JobResource job, CancellationToken ct)
    {
        var client = cluster.Client;
        var request = new ViewRequest { JobId = job.Id, Table = true, Input = true };
        var rows = await client.PutViewAsync("ticket_rows", request, ct);
        Assert.Equal(Records, await cluster.AskAsync($"SELECT count(*) FROM ({rows.Sql}) AS t WHERE id = 'g-' || ordinal AND text = input AND label IS NOT NULL", ct));

        foreach (var wrong in new[] { request with { Table = false }, request with { JobId = null, Model = "sentiment" } })
        {
            var refused = await Assert.ThrowsAsync<BatchInferApiException>(() => client.PutViewAsync("ticket_rows", wrong, ct));
            Assert.Equal((HttpStatusCode.BadRequest, "input"), (refused.Status, refused.Field));
            Assert.Contains(wrong.Table ? "a model has none" : "Ask for a table.", refused.Message, StringComparison.Ordinal);
        }

        await client.DeleteFileAsync(job.FileId, ct);
        var gone = await Assert.ThrowsAsync<BatchInferApiException>(() => client.PutViewAsync("ticket_rows", request, ct));
        Assert.Equal((HttpStatusCode.Conflict, "input_unavailable"), (gone.Status, gone.Code));
        Assert.Contains("was deleted", gone.Message, StringComparison.Ordinal);
        Assert.Equal(Records, await cluster.AskAsync("SELECT count(*) FROM reports.ticket_rows", ct));
        await client.DeleteViewAsync("ticket_rows", ct);
    }
}
