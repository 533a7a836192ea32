using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.EndToEnd;
using BatchInfer.IntegrationTests.Hosting;

namespace BatchInfer.IntegrationTests.Faults;

/// <summary>A job of translations by four workers, one of which dies: the others go on, every text is stored once, and found by its input.</summary>
[Collection(ClusterFaults.Name)]
public sealed partial class KilledTranslationTests
{
    private const int Records = 6000;
    private static readonly JobRequest Request = new()
    {
        Model = "translator", IdField = "id", Parameters = new JsonObject { ["do_sample"] = true, ["temperature"] = 1.5, ["max_new_tokens"] = 40 },
        Prompt = new PromptSpec { Template = "{{ text }} {{ more.last }}" },
    };

    [Fact(Timeout = 300_000)]
    public async Task Translations_survive_the_death_of_a_worker_are_the_same_by_however_many_and_are_looked_up_by_text()
    {
        var ct = TestContext.Current.CancellationToken;
        using var temporary = new TemporaryFolder();
        TinyTranslator.Write(temporary["models/translator"]);
        byte[] corpus = Encoding.UTF8.GetBytes(string.Concat(TinyTranslator.Texts(Records).Select((t, i) =>
            $$$"""{"id":"t-{{{i}}}","text":"{{{t}}}","more":{"last":"{{{TinyTranslator.Words[i % 8]}}}"}}""" + "\n")));
        await using var cluster = await Cluster.StartAsync(temporary["models"], workers: 4, ct);
        var client = cluster.Client;
        await client.ModelAsync("translator", ct);
        var inferred = cluster.Workers[0].SawAsync(Inferred(), ct);
        var job = await client.SubmitAsync(new MemoryStream(corpus), "corpus.jsonl", Request, ct);
        await inferred;
        await cluster.Workers[0].KillAsync();
        var atDeath = await client.GetJobAsync(job.Id, ct);
        Assert.True(atDeath.Counts.ShardsPersisted < atDeath.Counts.Shards, "The job was over before the worker could be killed.");
        Assert.Equal(Request.Prompt!.Template, atDeath.Prompt!.Template);

        var done = await client.CompletedAsync(job.Id, ct);
        Assert.Equal((Records, 0), (done.Counts.Total, done.Counts.Failed));
        var lines = await client.LinesAsync(done, ct);

        Assert.InRange((await client.GetTimelineAsync(job.Id, ct)).Workers.Count, 2, 4);
        // Texts are chosen by chance, and yet the same in one process that was never killed.
        var embedded = await Embedded.RunAsync(temporary["models"], corpus, Request, ct);
        foreach (var (ours, theirs) in lines.Zip(embedded))
        {
            Assert.Equal(theirs.CustomId, ours.CustomId);
            Assert.True(JsonElement.DeepEquals(theirs.Output!.Value, ours.Output!.Value), $"{ours.Output} where {theirs.Output} was written before");
        }

        string[] prompts = [.. TinyTranslator.Texts(50).Select((t, i) => $"{t} {TinyTranslator.Words[i % 8]}")];
        var found = await client.LookupAsync(new LookupRequest { Model = "translator", Parameters = Request.Parameters, Inputs = new JsonArray([.. prompts.Select(p => (JsonNode)p)]) }, ct);
        for (int i = 0; i < prompts.Length; i++)
        {
            Assert.True(found.Data[i].Found);
            Assert.True(JsonElement.DeepEquals(lines[i].Output!.Value, found.Data[i].Output!.Value));
        }
    }

    [GeneratedRegex("Inferred ")]
    private static partial Regex Inferred();
}
