using System.Text.Json.Nodes;
using BatchInfer.Contracts;
using BatchInfer.IntegrationTests.Hosting;
using BatchInfer.Standalone;

namespace BatchInfer.IntegrationTests.Api;

/// <summary>How likely the texts of a corpus are, as a job: stored, and looked up by the text.</summary>
public sealed class ScoringJobTests : IAsyncLifetime
{
    private static readonly JsonObject WithoutSpecial = new() { ["add_special_tokens"] = false };
    private readonly TemporaryFolder _folder = new();
    private readonly TestModelFolder _parrot = Parrot.Create();
    private StandaloneHost _host = null!;
    private BatchInferClient _client = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _host = await StandaloneHost.StartAsync(new StandaloneSettings { DataFolder = _folder["data"], Models = new Dictionary<string, string> { ["parrot"] = _parrot.Save() }, Quiet = true }, Ct);
        _client = new BatchInferClient(_host.BaseAddress);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _host.DisposeAsync();
        _parrot.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public async Task Texts_are_scored_stored_and_found_by_themselves()
    {
        string[] texts = ["a good film", "a bad film", "a", "a good film"];
        var job = await SubmitAsync(null, texts);
        var lines = await _client.LinesAsync(job, Ct);

        Assert.Equal([null, null, ErrorCodes.EmptyText, null], lines.Select(l => l.Error?.Code));
        Assert.Equal((2, 1, 1), (job.Counts.Computed, job.Counts.Duplicates, job.Counts.Failed));
        Assert.InRange(Number(lines[0], "perplexity"), 1, 1.1);
        Assert.InRange(Number(lines[1], "perplexity"), 100, double.MaxValue);
        Assert.All(lines.Where(l => l.Error is null), l =>
        {
            Assert.Equal(2, Number(l, "tokens"));
            Assert.Equal(Number(l, "sum_logprob") / 2, Number(l, "mean_logprob"), 1e-5);
            Assert.False(l.Output!.Value.TryGetProperty("text", out _));
        });
        var found = await FindAsync(WithoutSpecial, texts);
        Assert.Equal([true, true, false, true], found.Select(f => f.Found));
        Assert.Equal(lines.Select(l => l.Output?.GetRawText()), found.Select(f => f.Output?.GetRawText()));

        // Scores with the tokenizer's own tokens around the text are others, and so are texts that are written.
        Assert.All(await FindAsync(null, texts), f => Assert.False(f.Found));
        Assert.All(await FindAsync(WithoutSpecial, texts, TaskNames.TextGeneration), f => Assert.False(f.Found));
        Assert.Equal((0, 3), (await SubmitAsync(null, texts[..2].Append(texts[0])) is var again ? (again.Counts.Computed, again.Counts.Cached) : default));
    }

    [Fact]
    public async Task A_text_is_scored_behind_a_prompt_and_found_by_both()
    {
        var job = await SubmitAsync(new PromptSpec { Template = "a {{ text }}" }, ["good film"]);
        var line = Assert.Single(await _client.LinesAsync(job, Ct));
        Assert.InRange(Number(line, "perplexity"), 1, 1.1);
        var found = await FindAsync(WithoutSpecial, ["a good film", "good film"]);
        Assert.Equal([true, false], found.Select(f => f.Found));
        Assert.Equal(line.Output!.Value.GetRawText(), found[0].Output!.Value.GetRawText());
    }

    private static double Number(PredictionLine line, string name) => line.Output!.Value.GetProperty(name).GetDouble();

    private async Task<JobResource> SubmitAsync(PromptSpec? prompt, IEnumerable<string> texts)
    {
        var job = await _client.SubmitJobAsync(new JobRequest
        {
            Model = "parrot", Task = TaskNames.TextScoring, Parameters = (JsonObject)WithoutSpecial.DeepClone(), Prompt = prompt, Input = new JobInput { Records = [.. texts.Select(t => (JsonNode)t)] },
        }, null, Ct);
        return await _client.CompletedAsync(job.Id, Ct);
    }

    private async Task<IReadOnlyList<LookupResult>> FindAsync(JsonObject? parameters, string[] texts, string task = TaskNames.TextScoring) => (await _client.LookupAsync(
        new LookupRequest { Model = "parrot", Task = task, Parameters = (JsonObject?)parameters?.DeepClone(), Inputs = [.. texts.Select(t => (JsonNode)t)] }, Ct)).Data;
}
